import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@atlas/store'
import type { Logger } from './logging.ts'

const everyMs = 3_600_000

/** Forgets events that are older than so many days, at the start and every hour. */
export function startRetention(
  store: Pick<Store, 'pruneEvents'>,
  days: number,
  log: Logger,
): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const going = (async () => {
    while (!stopped.signal.aborted) {
      const gone = await store.pruneEvents(days).catch((err: unknown) => {
        log.warn({ err }, 'old events could not be forgotten')
        return 0
      })
      if (gone > 0) log.info({ events: gone, days }, 'old events were forgotten')
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
