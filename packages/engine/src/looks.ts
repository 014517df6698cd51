import type { Observed, ResourceDriver } from '@atlas/core'
import { present } from './refresh.ts'
import { pause, readPatiently } from './retry.ts'

/** Up to so many are asked for one by one; more share one listing. A page of a listing costs as much as one GET. */
const singleReads = 3
const cadence = { minMs: 250, maxMs: 5000 }

/** Looking at resources of one type, together: a hundred steps that wait cost one LIST a round, not a hundred GETs. */
export interface Looks {
  /** Everything of the owner, by a listing that began after this call. */
  listing(): Promise<Observed[]>
  /**
   * How it is at the next round; `undefined` when it is certainly gone. Rounds come every 250 ms at first and every 5 s
   * when the oldest has been waited for since long (`performance.now()`): new machines are seen at once, slow databases
   * cost little.
   */
  next(id: string, since: number): Promise<Observed | undefined>
  /** How it is now, by a read of its own. */
  now(id: string): Promise<Observed | undefined>
}

interface Waiting extends PromiseWithResolvers<Observed | undefined> {
  since: number
}

export function looks(resource: ResourceDriver, owner: string, signal: AbortSignal): Looks {
  let waiting = new Map<string, Waiting>()
  let turning = false
  let queued: Promise<Observed[]> | undefined
  let running: Promise<unknown> = Promise.resolve()

  /** All who ask while one listing runs share the next one: theirs must begin after they asked. */
  function listing(): Promise<Observed[]> {
    queued ??= running.then(() => {
      queued = undefined
      const begun = readPatiently(() => Array.fromAsync(resource.list({ owner, signal })), signal)
      running = begun.catch(() => {})
      return begun
    })
    return queued
  }

  const now = (id: string) => readPatiently(() => present(resource.get(id, signal)), signal)

  async function round(asked: Map<string, Waiting>): Promise<void> {
    const listed = asked.size > singleReads ? new Map((await listing()).map((one) => [one.id, one])) : undefined
    for (const [id, answer] of asked) {
      const seen = listed?.get(id)
      // Absence from a listing proves nothing: it may lag.
      if (seen) answer.resolve(seen)
      else now(id).then(answer.resolve, answer.reject)
    }
  }

  async function turn(): Promise<void> {
    if (turning) return
    turning = true
    while (waiting.size > 0) {
      const oldest = Math.min(...[...waiting.values()].map((one) => one.since))
      await pause(interval(performance.now() - oldest), signal).catch(() => {})
      const asked = waiting
      waiting = new Map()
      await round(asked).catch((error: unknown) => {
        for (const answer of asked.values()) answer.reject(error)
      })
    }
    turning = false
  }

  return {
    listing,
    now,
    next(id, since) {
      const asked = waiting.get(id) ?? { ...Promise.withResolvers<Observed | undefined>(), since }
      waiting.set(id, asked)
      void turn()
      return asked.promise
    },
  }
}

/** Pure. The pause before the next round, from how long the oldest has been waited for. */
export const interval = (waitedMs: number): number => Math.min(cadence.maxMs, Math.max(cadence.minMs, waitedMs / 4))
