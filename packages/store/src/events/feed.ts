import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../connection.ts'
import type { Listener } from '../listener.ts'
import { channels } from '../statements.ts'
import { untilTaken } from '../trouble.ts'
import { newestEvent, pageSize, readNewer } from './events.ts'
import { type EventRing, eventRing } from './ring.ts'

/** A notification can be lost with the connection it was meant for, so the reader also looks by itself. */
const lookAgainMs = 5000
/** So many followers are told at once before the reader begins to wait for company: telling each costs a system call. */
const followersPerMs = 5
const longestPauseMs = 200
/** Not seen by people, and a busy operation, which writes events all the time, is not read a row at a time. */
const shortestPauseMs = 5

/** The one reader of a workspace's events in this process, for all who follow them. */
export interface Feed {
  readonly ring: EventRing
  /** Resolves with the next change of the ring, or when the signal fires. @throws what the reader failed with */
  changed(signal: AbortSignal): Promise<void>
  /** Resolves when the reader has ended. */
  readonly reading: Promise<void>
}

export interface FeedOptions {
  workspace: string
  /** How many there are now. */
  followers(): number
  /** Ends the reader. */
  signal: AbortSignal
}

/** Also waits for a database that is away. */
export async function openFeed(
  connection: Connection,
  listener: Listener,
  { workspace, followers, signal }: FeedOptions,
): Promise<Feed> {
  const waiting = new Set<() => void>()
  // Before the first look, so that nothing falls between.
  const bell = listener.bell(channels.event, workspace)
  signal.addEventListener('abort', () => bell.close(), { once: true })
  const ring = eventRing(await untilTaken(() => newestEvent(connection.db, workspace), quiet, signal))
  let failure: unknown

  const wake = () => {
    for (const go of [...waiting]) go()
  }
  async function read(): Promise<void> {
    while (!signal.aborted) {
      const rung = bell.next()
      const events = await untilTaken(() => readNewer(connection, workspace, ring.newest), quiet, signal)
      if (events.length > 0) {
        ring.push(events)
        wake()
        await pause(Math.min(longestPauseMs, Math.max(shortestPauseMs, followers() / followersPerMs)), signal)
      }
      if (events.length < pageSize) await rung.orAfter(lookAgainMs, signal)
    }
  }
  signal.addEventListener('abort', wake, { once: true })
  const reading = read().catch((error: unknown) => {
    failure = error
    wake()
  })
  return {
    ring,
    reading,
    async changed(gone) {
      if (failure === undefined && !signal.aborted && !gone.aborted) await wokenOrGone(waiting, gone)
      if (failure !== undefined) throw failure
      signal.throwIfAborted()
    },
  }
}

const quiet = () => {}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => {})

function wokenOrGone(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      waiting.delete(go)
      signal.removeEventListener('abort', go)
      resolve()
    }
    waiting.add(go)
    signal.addEventListener('abort', go)
  })
}
