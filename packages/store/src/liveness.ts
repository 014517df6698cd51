import { setTimeout as sleep } from 'node:timers/promises'
import { gateMs, type Lease } from '@atlas/engine'
import pg from 'pg'
import { schema } from './connection.ts'
import { explained } from './trouble.ts'

/** First key of the advisory locks that workers hold; the second is their number. */
export const workerLocks = 7
const beatMs = 500
/** A beat that is not answered by then counts as lost: the connection may be half open. */
const beatTimeoutMs = 1500
const reconnectMs = 100

export interface HeldLease extends Lease {
  release(): Promise<void>
}

/**
 * Holds this process's place among the workers: a session lock, so that PostgreSQL itself ends it when the process dies,
 * and a beat, so that a process which only stopped is seen too (watcher.ts). Lost connections are made anew under the
 * same number: a restart of PostgreSQL frees all locks, and no worker is dead because of that.
 * @throws AtlasError `database_unavailable` when the first connection fails
 */
export async function holdLease(url: string): Promise<HeldLease> {
  const released = new AbortController()
  const waiting = new Set<() => void>()
  let confirmedAt: Moment | undefined
  let lapses = 0
  let client: pg.Client | undefined
  let worker = 0

  /** When the question was put, not when the answer came: the answer is as old as the question. */
  const confirm = (asked: Moment) => {
    if (!confirmedAt || apart(confirmedAt, asked) >= gateMs) lapses += 1
    confirmedAt = asked
    for (const wake of waiting) wake()
    waiting.clear()
  }
  const lose = (lost: pg.Client) => {
    if (client !== lost) return
    client = undefined
    confirmedAt = undefined
  }

  async function hold(): Promise<pg.Client> {
    const mine = new pg.Client({
      connectionString: url,
      keepAlive: true,
      query_timeout: beatTimeoutMs,
      connectionTimeoutMillis: 5000,
      options: `-c search_path=${schema}`,
      application_name: 'atlas worker',
    })
    mine.on('error', () => lose(mine)).on('end', () => lose(mine))
    try {
      await mine.connect()
      const asked = clocks()
      worker ||= (await mine.query<{ no: number }>(`select nextval('worker_no')::int as no`)).rows[0]!.no
      const { rows } = await mine.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [
        workerLocks,
        worker,
      ])
      if (!rows[0]!.held) throw new Error(`the lock of worker ${worker} is still held by its former connection`)
      client = mine
      confirm(asked)
      return mine
    } catch (error) {
      mine.end().catch(() => {})
      throw error
    }
  }

  async function beat(mine: pg.Client): Promise<void> {
    while (client === mine && !released.signal.aborted) {
      await sleep(beatMs, undefined, { signal: released.signal }).catch(() => {})
      const asked = clocks()
      await mine.query('select 1')
      if (client === mine) confirm(asked)
    }
  }

  async function keep(first: pg.Client): Promise<void> {
    let mine = first
    while (!released.signal.aborted) {
      await beat(mine).catch(() => {})
      lose(mine)
      mine.end().catch(() => {})
      while (!released.signal.aborted && client === undefined) {
        const next = await hold().catch(() => undefined)
        if (next) mine = next
        else await sleep(reconnectMs)
      }
    }
    await mine.end().catch(() => {})
  }

  const going = keep(await explained(hold))
  return {
    get worker() {
      return worker
    },
    age: () => (confirmedAt ? elapsed(confirmedAt) : Number.POSITIVE_INFINITY),
    lapses: () => lapses,
    async confirmed(signal) {
      signal.throwIfAborted()
      while (!confirmedAt || elapsed(confirmedAt) > beatMs * 2) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
        await promise
        signal.throwIfAborted()
      }
    },
    async release() {
      released.abort()
      await going
    },
  }
}

interface Moment {
  steady: number
  wall: number
}

const clocks = (): Moment => ({ steady: performance.now(), wall: Date.now() })

/** The larger of both clocks: the steady one stands still while a computer sleeps, the other may be set back. */
const apart = (one: Moment, other: Moment) => Math.max(other.steady - one.steady, other.wall - one.wall)

const elapsed = (since: Moment) => apart(since, clocks())
