import { AtlasError, isAtlasError, type Observed, type Stamp } from '@atlas/core'

/**
 * Names in the cloud stand for one life of one resource. So where a create is refused and something bears that name,
 * an earlier attempt of ours made it, and that is the answer.
 */
export async function orEarlier(make: Promise<Observed>, find: () => Promise<Observed | undefined>): Promise<Observed> {
  try {
    return await make
  } catch (error) {
    const before = isAtlasError(error, 'cloud_refused') ? await find() : undefined
    if (before === undefined) throw error
    return before
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
