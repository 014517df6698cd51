import { setImmediate as ioTurn } from 'node:timers/promises'

/** At most so many at once; the others wait their turn. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>
}

export function slots(limit: number): Slots {
  let free = limit
  // A set keeps the order of coming and gives its first in constant time, however many wait.
  const waiting = new Set<() => void>()
  return {
    async use(work) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.add(resolve))
      try {
        return await work()
      } finally {
        const [next] = waiting
        if (next) {
          waiting.delete(next)
          next()
        } else free += 1
      }
    },
  }
}

/** The calls in flight of an account, whichever operation makes them. */
export interface CallSlots {
  /**
   * Prepares, then calls in a slot. As many again as there are slots prepare ahead of their call, so that no slot is
   * held by what is not a call.
   */
  use<P, T>(prepare: () => Promise<P>, call: (prepared: P) => Promise<T>): Promise<T>
}

export function callSlots(limit: number): CallSlots {
  const [ahead, calls] = [slots(2 * limit), slots(limit)]
  return {
    use: (prepare, call) =>
      ahead.use(async () => {
        const prepared = await prepare()
        const answer = await calls.use(() => call(prepared))
        // The call that waited for this slot leaves before anything is made of the answer.
        await ioTurn()
        return answer
      }),
  }
}

export function slotsPerAccount(limit: number): (account: string) => CallSlots {
  const accounts = new Map<string, CallSlots>()
  return (account) => {
    const made = accounts.get(account) ?? callSlots(limit)
    accounts.set(account, made)
    return made
  }
}
