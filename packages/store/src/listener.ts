import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { channels } from './statements.ts'

export type Channel = (typeof channels)[keyof typeof channels]

/** Wakes those who wait for something in the database. A hint only: whoever waits also looks by himself now and then. */
export interface Listener {
  /** @param about rings only for notifications that say just this */
  bell(channel: Channel, about?: string): Bell
  close(): Promise<void>
}

export interface Bell {
  /** Take it before looking, so that nothing falls between the look and the wait. */
  next(): Ring
  close(): void
}

export interface Ring {
  /** Resolves when it rings, after so many milliseconds, or when the signal fires. */
  orAfter(ms: number, signal: AbortSignal): Promise<void>
}

/** One connection that listens for all of a process. When it had to be made anew, everybody is woken: something may have been missed. */
export function listen(url: string): Listener {
  const bells = new Set<{ channel: Channel; about: string | undefined; ring(): void }>()
  const closed = new AbortController()
  let client: pg.Client | undefined

  const ringAll = () => {
    for (const bell of bells) bell.ring()
  }
  const ring = (channel: string, about: string | undefined) => {
    for (const bell of bells)
      if (bell.channel === channel && (bell.about === undefined || bell.about === about)) bell.ring()
  }

  async function connection(): Promise<void> {
    const mine = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'atlas listener' })
    const gone = new Promise<void>((resolve) => mine.on('end', resolve).on('error', () => resolve()))
    try {
      mine.on('notification', ({ channel, payload }) => ring(channel, payload))
      await mine.connect()
      for (const channel of Object.values(channels)) await mine.query(`listen ${channel}`)
      // Closed while it connected: nobody else would end it.
      if (closed.signal.aborted) return
      client = mine
      ringAll()
      await gone
    } finally {
      client = undefined
      mine.end().catch(() => {})
    }
  }

  const going = (async () => {
    while (!closed.signal.aborted) {
      await connection().catch(() => {})
      await sleep(200, undefined, { signal: closed.signal }).catch(() => {})
    }
  })()

  return {
    bell(channel, about) {
      let ringing = Promise.withResolvers<void>()
      const bell = {
        channel,
        about,
        ring() {
          ringing.resolve()
          ringing = Promise.withResolvers<void>()
        },
      }
      bells.add(bell)
      return {
        next() {
          const rung = ringing.promise
          return { orAfter: (ms, signal) => firstOf(rung, ms, signal) }
        },
        close: () => void bells.delete(bell),
      }
    },
    async close() {
      closed.abort()
      await client?.end().catch(() => {})
      await going
    },
  }
}

async function firstOf(rung: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const go = () => resolve()
  const timer = setTimeout(go, ms)
  signal.addEventListener('abort', go, { once: true })
  await Promise.race([rung, promise])
  clearTimeout(timer)
  signal.removeEventListener('abort', go)
}
