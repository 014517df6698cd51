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

/** Calls in flight per account, whichever operation makes them. */
export function slotsPerAccount(limit: number): (account: string) => Slots {
  const accounts = new Map<string, Slots>()
  return (account) => {
    const made = accounts.get(account) ?? slots(limit)
    accounts.set(account, made)
    return made
  }
}
