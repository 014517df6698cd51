import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** First key of the advisory locks of what one process alone does; the second says what. */
const soleLocks = 9
export const soleTasks = { targets: 1, certificates: 2 } as const
const tryEveryMs = 1000
/** A question that is not answered by then: the connection may be half open, and the lock another's by now. */
const answerMs = 1500

/**
 * Does something in one process at a time, whichever of those that share a database. PostgreSQL frees the lock of one that
 * dies; one whose connection broke is told by its signal, and tries again.
 */
export async function alone(
  url: string,
  task: keyof typeof soleTasks,
  signal: AbortSignal,
  work: (held: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const lost = new AbortController()
    const client = new pg.Client({ connectionString: url, query_timeout: answerMs, application_name: `atlas ${task}` })
    client.on('error', () => lost.abort()).on('end', () => lost.abort())
    try {
      await client.connect()
      if (await isHeld(client, task)) await holding(client, AbortSignal.any([signal, lost.signal]), work)
    } catch {
      // The database is away: that is told elsewhere, and this is tried again.
    } finally {
      lost.abort()
      await client.end().catch(() => {})
    }
    await sleep(tryEveryMs, undefined, { signal }).catch(() => {})
  }
}

async function isHeld(client: pg.Client, task: keyof typeof soleTasks): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [
    soleLocks,
    soleTasks[task],
  ])
  return rows[0]!.held
}

async function holding(client: pg.Client, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>) {
  const over = new AbortController()
  const held = AbortSignal.any([signal, over.signal])
  // Why it ended is told by the signal: while work ends, nobody would hear of it otherwise.
  const beating = beat(client, held)
    .catch(() => {})
    .finally(() => over.abort())
  await work(held).finally(() => over.abort())
  await beating
}

async function beat(client: pg.Client, held: AbortSignal): Promise<void> {
  while (!held.aborted) {
    await sleep(tryEveryMs, undefined, { signal: held }).catch(() => {})
    if (!held.aborted) await client.query('select 1')
  }
}
