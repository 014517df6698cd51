import type { Judged, Operation } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { explained } from './trouble.ts'

/** What all nodes together have to do and have done, for whoever watches over them. */
export interface Figures {
  operations: { status: Operation['status']; kind: Operation['kind']; count: number }[]
  /** How long the operation that waits longest has waited; 0 when none does. */
  oldestQueuedSeconds: number
  /** What may be asked of each cloud account now, before the cloud's own limit is met. */
  rateBuckets: { bucket: string; minute: number; hour: number; paused: boolean }[]
  quarantined: number
  /** As each stood when it was last looked at; figures are absent until it was. USD. */
  budgets: {
    workspace: string
    budget: string
    limit: number
    spent: number | null
    expected: number | null
    verdict: Judged['verdict']
  }[]
}

/** Reads only. @throws AtlasError `database_unavailable` */
export function readFigures({ db }: Connection): Promise<Figures> {
  return explained(async () => {
    const { rows } = await sql<Figures>`
      select
        (select coalesce(json_agg(o), '[]') from
          (select status, kind, count(*)::int as count from operation group by 1, 2) o) as operations,
        (select coalesce(extract(epoch from now() - min(created_at)), 0)::float8 from operation where status = 'queued')
          as "oldestQueuedSeconds",
        (select coalesce(json_agg(b), '[]') from (
          select key as bucket, paused_until > clock_timestamp() as paused,
            least(per_minute, minute_tokens + seconds * per_minute / 60) as minute,
            least(per_hour, hour_tokens + seconds * per_hour / 3600) as hour
          from rate_bucket, lateral (select extract(epoch from clock_timestamp() - refilled_at) as seconds) s) b)
          as "rateBuckets",
        (select coalesce(json_agg(b), '[]') from (
          select workspace, b.name as budget, monthly as "limit", month_to_date as spent, would_be as expected, verdict
          from budget b left join workspace w on w.name = b.workspace where w.deleted_at is null) b) as budgets,
        (select count(*)::int from quarantine) as quarantined`.execute(db)
    return rows[0]!
  })
}
