import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@atlas/store'
import type { Logger } from './logging.ts'

export interface Upkeep {
  stop(): Promise<void>
}

/** Forgets events that are older than so many days, at the start and every hour. */
export const startRetention = (store: Pick<Store, 'pruneEvents'>, days: number, log: Logger): Upkeep =>
  startEvery(3_600_000, async () => {
    try {
      const events = await store.pruneEvents(days)
      if (events > 0) log.info({ events, days }, 'old events were forgotten')
    } catch (err) {
      log.warn({ err }, 'old events could not be forgotten')
    }
  })

/** Judges budgets while nobody submits anything, at the start and every minute. */
export const startBudgetWatch = (store: Pick<Store, 'watchBudgets'>, log: Logger): Upkeep =>
  startEvery(60_000, async () => {
    try {
      const budgets = await store.watchBudgets()
      if (budgets > 0) log.info({ budgets }, 'budgets have passed a threshold')
    } catch (err) {
      log.warn({ err }, 'budgets could not be judged')
    }
  })

/** At once, and again so long after each end, until stopped. @param work never throws */
export function startEvery(everyMs: number, work: () => Promise<void>): Upkeep {
  const stopped = new AbortController()
  const going = (async () => {
    while (!stopped.signal.aborted) {
      await work()
      await sleep(everyMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await going
    },
  }
}
