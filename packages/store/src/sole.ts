import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { schema } from './connection.ts'

/** Of the advisory lock. */
const watching = [9, 1]
const tryEveryMs = 1000
/** A question that is not answered by then: the connection may be half open, and the lock another's by now. */
const answerMs = 1500

/** In which one process alone watches. */
export interface Term {
  /** Greater than that of everyone before, also where a backup was restored. */
  number: number
  /** Fires when it is over. Nobody may hear of that in time: what must not be done later is held to the number. */
  held: AbortSignal
}

/**
 * Does something in one process at a time, whichever of those that share a database. PostgreSQL frees the lock of one that
 * dies; one whose connection broke is told by its signal, and tries again.
 */
export async function alone(url: string, signal: AbortSignal, work: (term: Term) => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const lost = new AbortController()
    const client = new pg.Client({ connectionString: url, query_timeout: answerMs, application_name: 'atlas: watch' })
    client.on('error', () => lost.abort()).on('end', () => lost.abort())
    try {
      await client.connect()
      const number = await takenTerm(client)
      if (number !== undefined) await holding(client, number, AbortSignal.any([signal, lost.signal]), work)
    } catch {
      // The database is away: that is told elsewhere, and this is tried again.
    } finally {
      lost.abort()
      await client.end().catch(() => {})
    }
    await sleep(tryEveryMs, undefined, { signal }).catch(() => {})
  }
}

/** `undefined` where another has the lock. */
async function takenTerm(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', watching)
  if (!rows[0]!.held) return undefined
  const taken = await client.query<{ term: number }>(
    `update ${schema}.watch set term = greatest(term + 1, extract(epoch from clock_timestamp())::bigint)
     returning term::float8 as term`,
  )
  return taken.rows[0]!.term
}

async function holding(client: pg.Client, number: number, signal: AbortSignal, work: (term: Term) => Promise<void>) {
  const over = new AbortController()
  const held = AbortSignal.any([signal, over.signal])
  // Why it ended is told by the signal: while work ends, nobody would hear of it otherwise.
  const beating = beat(client, held)
    .catch(() => {})
    .finally(() => over.abort())
  await work({ number, held }).finally(() => over.abort())
  await beating
}

async function beat(client: pg.Client, held: AbortSignal): Promise<void> {
  while (!held.aborted) {
    await sleep(tryEveryMs, undefined, { signal: held }).catch(() => {})
    if (!held.aborted) await client.query('select 1')
  }
}
