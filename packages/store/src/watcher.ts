import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import type { Listener } from './listener.ts'
import { workerLocks } from './liveness.ts'
import { type Queue, queueSchema } from './queue.ts'
import { channels } from './statements.ts'
import { explained, mayPass } from './trouble.ts'

const lookMs = 300
/** While nothing is unfinished: a new operation rings, so this is for a bell that was not heard. */
const idleLookMs = 2000
/** Every so many looks also for operations without a job. */
const looksPerSearch = 7
/** A lock session that has said nothing for so long belongs to a stopped process (it beats every 500 ms). */
const silentAfter = sql`interval '3 s'`
/** So long after its last beat a delivery counts as lost. */
const lostAfter = sql`interval '10 s'`
/** A restart frees every lock; so long its workers have to take theirs again before they count as dead. */
const graceAfterRestart = sql`interval '2 s'`

/**
 * Sees to it that every unfinished operation is in living hands. Takes over from workers that died (their session lock is
 * gone) or stopped (its session is silent), and makes jobs for operations that have none alive. Every worker watches;
 * whoever comes second finds nothing to do.
 */
export function watch(
  connection: Connection,
  queue: Queue,
  listener: Listener,
  onTrouble: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const bell = listener.bell(channels.wake)
  let looks = 0

  /** `false`: nothing is unfinished, so there is nothing to look after. */
  async function look(): Promise<boolean> {
    if (!(await anyUnfinished(connection))) return false
    for (const seen of await inDeadHands(connection)) await queue.redeliver(seen)
    if (looks++ % looksPerSearch === 0) for (const id of await withoutJob(connection)) await queue.resend(id)
    return true
  }

  const going = (async () => {
    while (!stopped.signal.aborted) {
      const rung = bell.next()
      const busy = await explained(look).catch((error: unknown) => {
        // While the database is away nobody can be judged; the next look is soon.
        if (!mayPass(error)) onTrouble(error)
        return true
      })
      if (busy) await sleep(lookMs, undefined, { signal: stopped.signal }).catch(() => {})
      else await rung.orAfter(idleLookMs, stopped.signal)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await going
      bell.close()
    },
  }
}

/** Cheap, unlike the looks at sessions and jobs, which cost PostgreSQL 1.5 ms each. */
async function anyUnfinished({ db }: Connection): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select from operation where status in ('queued', 'running')) as any`.execute(db)
  return rows[0]!.any
}

/**
 * Also: fetched 3 s ago and still queued, so the worker died between fetching and taking over. And: its delivery has not
 * beaten for long (it does every 2 s), so a living worker has lost it.
 */
async function inDeadHands({ db }: Connection): Promise<{ operation: string; retryCount: number }[]> {
  const { rows } = await sql<{ operation: string; retry_count: number }>`
    select o.id as operation, j.retry_count
    from operation o
    join ${sql.table(`${queueSchema}.job`)} j on j.name = 'operations' and j.id = o.id and j.state = 'active'
    where (o.status = 'queued' and j.started_on < now() - interval '3 s')
      or greatest(j.heartbeat_on, pg_postmaster_start_time()) < now() - ${lostAfter}
      or (o.status = 'running' and pg_postmaster_start_time() < now() - ${graceAfterRestart}
        and not exists (
          select from pg_locks l join pg_stat_activity a on a.pid = l.pid
          where l.locktype = 'advisory' and l.classid = ${workerLocks} and l.objid::int = o.worker and l.granted
            and l.database = (select oid from pg_database where datname = current_database())
            and a.query_start > clock_timestamp() - ${silentAfter}))`.execute(db)
  return rows.map((row) => ({ operation: row.operation, retryCount: row.retry_count }))
}

async function withoutJob({ db }: Connection): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select o.id from operation o
    where o.status in ('queued', 'running') and o.created_at < now() - interval '1 s' and not exists (
      select from ${sql.table(`${queueSchema}.job`)} j
      where j.name = 'operations' and j.id = o.id and j.state in ('created', 'retry', 'active'))`.execute(db)
  return rows.map((row) => row.id)
}
