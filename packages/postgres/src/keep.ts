import { setTimeout as sleep } from 'node:timers/promises'
import { PostgresError } from './error.ts'
import { explain } from './explain.ts'
import { endEarlier } from './orphan.ts'
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.ts'

/** How often a PostgreSQL that dies by itself is started again, within a minute. */
const restarts = 5
/** A full disk kills PostgreSQL when its write-ahead log cannot grow; so often it is looked whether there is space. */
const fullDiskMs = 2000

export interface Kept {
  /** Of the server process; another one after it was started again. */
  readonly pid: number
  /** Why it does not run just now, where that is waited for. */
  readonly trouble: PostgresError | undefined
  stop(): Promise<void>
  /** Resolves after `stop`, or with the error when it could not be started again. */
  ended: Promise<PostgresError | undefined>
}

/** Starts PostgreSQL again whenever it dies by itself: a few times, or for as long as its disk is full. */
export function keep(first: Postmaster, options: PostmasterOptions): Kept {
  const { cluster } = options
  const stopping = new AbortController()
  let postmaster = first
  let trouble: PostgresError | undefined
  let said = ''
  const onLog = (text: string) => {
    said = (said + text).slice(-4096)
    options.onLog(text)
  }

  async function start(): Promise<void> {
    await endEarlier(cluster)
    said = ''
    postmaster = await startPostmaster({ ...options, onLog })
    trouble = undefined
    if (stopping.signal.aborted) await postmaster.stop()
  }

  async function watch(): Promise<PostgresError | undefined> {
    const deaths: number[] = []
    for (let how = await postmaster.ended; !stopping.signal.aborted; how = await postmaster.ended) {
      const why = explain(cluster, `${said}\n${how}`)
      if (why.code === 'disk_full') trouble = why
      else deaths.push(Date.now())
      if (deaths.filter((at) => at > Date.now() - 60_000).length > restarts) return why
      options.onLog(`PostgreSQL ended (${how}); starting it again.\n`)
      await startAtLast()
    }
    return undefined
  }

  async function startAtLast(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (trouble) await sleep(fullDiskMs, undefined, { signal: stopping.signal }).catch(() => {})
      try {
        if (!stopping.signal.aborted) await start()
        return
      } catch (error) {
        if (!(error instanceof PostgresError && error.code === 'disk_full')) throw error
        trouble = error
      }
    }
  }

  const ended = watch().catch((error: unknown) =>
    error instanceof PostgresError ? error : explain(cluster, String(error), error),
  )
  return {
    get pid() {
      return postmaster.pid
    },
    get trouble() {
      return trouble
    },
    async stop() {
      stopping.abort()
      await postmaster.stop()
      await ended
    },
    ended,
  }
}
