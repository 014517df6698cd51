/** At most so many at once; the others wait their turn. */
export interface Slots {
  use<T>(work: () => Promise<T>): Promise<T>
}

export function slots(limit: number): Slots {
  let free = limit
  const waiting: (() => void)[] = []
  return {
    async use(work) {
      if (free > 0) free -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free += 1
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
