import { setTimeout as sleep } from 'node:timers/promises'
import { AtlasError, isAtlasError, type Observed, type Stamp } from '@atlas/core'

const betweenLooksMs = 250

/** How DigitalOcean says that a name is in use: each kind of resource has its own words. */
const isTaken = (error: unknown): boolean =>
  isAtlasError(error, 'cloud_refused') && /exist|duplicate|unique|not available|in use/i.test(error.message)

/**
 * Names in the cloud stand for one life of one resource. So where a create is refused and something bears that name,
 * an earlier attempt of ours made it, and that is the answer.
 * @param find by a listing
 * @param listLagMs how long what took the name may be missing from it
 */
export async function orEarlier(
  make: Promise<Observed>,
  find: () => Promise<Observed | undefined>,
  listLagMs: number,
): Promise<Observed> {
  try {
    return await make
  } catch (error) {
    if (!isAtlasError(error, 'cloud_refused')) throw error
    const giveUpAt = performance.now() + (isTaken(error) ? listLagMs : 0)
    for (;;) {
      const lookedAt = performance.now()
      const before = await find()
      if (before) return before
      if (lookedAt >= giveUpAt) throw error
      await sleep(Math.min(betweenLooksMs, giveUpAt - lookedAt))
    }
  }
}

export async function withName<T extends { name?: string }>(all: AsyncIterable<T>, name: string) {
  for await (const one of all) if (one.name === name) return one
  return undefined
}

export const isOfStep = (found: Stamp | undefined, wanted: Stamp): boolean =>
  found?.identity === wanted.identity && found.operation === wanted.operation && found.step === wanted.step

/**
 * Where there are stamps they are asked too: another operation's is not taken, nor another installation's that happens
 * to use the same names in the same account.
 * @throws AtlasError not_ours
 */
export function ofStep(found: Observed, wanted: Stamp): Observed {
  if (isOfStep(found.stamp, wanted)) return found
  throw new AtlasError('not_ours', `${found.name} exists, made by another operation than this one.`, {
    hint: 'If one was interrupted, the next sweep removes what it left. Otherwise rename yours, or delete that one.',
  })
}
