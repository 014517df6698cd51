import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { workerLocks } from './liveness.ts'
import { type Queue, queueSchema } from './queue.ts'
import { mayPass } from './trouble.ts'

const lookMs = 300
/** Every so many looks also for operations without a job. */
const looksPerSearch = 7
/** A lock session that has said nothing for so long belongs to a stopped process (it beats every 500 ms). */
const silentAfter = sql`interval '3 s'`
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
  onTrouble: (error: unknown) => void,
): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const going = (async () => {
    for (let looks = 0; !stopped.signal.aborted; looks++) {
      try {
        for (const seen of await inDeadHands(connection)) await queue.redeliver(seen)
        if (looks % looksPerSearch === 0) for (const id of await withoutJob(connection)) await queue.resend(id)
      } catch (error) {
        // While the database is away nobody can be judged; the next look is soon.
        if (!mayPass(error)) onTrouble(error)
      }
      await sleep(lookMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await going
    },
  }
}

/** Also: fetched 3 s ago and still queued, so the worker died between fetching and taking over. */
async function inDeadHands({ db }: Connection): Promise<{ operation: string; retryCount: number }[]> {
  const { rows } = await sql<{ operation: string; retry_count: number }>`
    select o.id as operation, j.retry_count
    from operation o
    join ${sql.table(`${queueSchema}.job`)} j on j.name = 'operations' and j.id = o.id and j.state = 'active'
    where (o.status = 'queued' and j.started_on < now() - interval '3 s')
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
