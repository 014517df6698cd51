import { type Counted, moveTo, type Rate, type RateLimit, standing, windowOf } from '@atlas/api'
import type { RequestCount, Store } from '@atlas/store'

/** How old what a node knows of the others may be. Milliseconds; docs/adr/0017. */
const exchangeEveryMs = 500

interface Seen extends Counted {
  /** Of `now`, what the database has not been told. */
  untold: number
}

/**
 * Counts in memory, and exchanges counts with the other nodes twice a second while anybody asks: a request costs no round
 * trip, and all nodes together admit at most what they admit within half a second more than the rate.
 */
export function sharedRateLimit(
  rate: Rate,
  store: Pick<Store, 'exchangeRequestCounts'>,
  onTrouble: (error: unknown) => void,
): RateLimit & { close(): void } {
  const callers = new Map<string, Seen>()
  let timer: NodeJS.Timeout | undefined

  async function exchange(): Promise<void> {
    const window = windowOf(Date.now(), rate)
    const told = forgetting(callers, window)
    if (told.length > 0) for (const count of await store.exchangeRequestCounts(told)) learn(callers, count)
  }

  function later(): void {
    timer ??= setTimeout(() => {
      exchange()
        .catch(onTrouble)
        .finally(() => {
          timer = undefined
          if (callers.size > 0) later()
        })
    }, exchangeEveryMs).unref()
  }

  return {
    rate,
    take(caller) {
      const at = Date.now()
      const window = windowOf(at, rate)
      const seen = inWindow(callers.get(caller) ?? { window, now: 0, before: 0, untold: 0 }, window)
      callers.set(caller, seen)
      const how = standing(seen, rate, at)
      if (how.allowed) {
        seen.now += 1
        seen.untold += 1
      }
      later()
      return how
    },
    close: () => clearTimeout(timer),
  }
}

const inWindow = (seen: Seen, window: number): Seen =>
  seen.window === window ? seen : { ...moveTo(seen, window), untold: 0 }

/** What is to be told of this window; whoever has been silent for two is forgotten. */
function forgetting(callers: Map<string, Seen>, window: number): RequestCount[] {
  const told: RequestCount[] = []
  for (const [caller, seen] of callers) {
    const moved = inWindow(seen, window)
    if (moved.now === 0 && moved.before === 0) callers.delete(caller)
    else {
      told.push({ caller, window, requests: moved.untold })
      callers.set(caller, { ...moved, untold: 0 })
    }
  }
  return told
}

/** What all have counted, and what was asked here while the answer was under way. */
function learn(callers: Map<string, Seen>, { caller, window, requests }: RequestCount): void {
  const seen = callers.get(caller)
  if (seen?.window === window) seen.now = requests + seen.untold
}
