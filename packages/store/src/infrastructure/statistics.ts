import { type Counts, cents, type Statistics } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import { status, summarised } from './summary.ts'

/** What is in a workspace; destroyed infrastructure counts by its status and nowhere else. */
export async function statistics({ db }: Connection, workspace: string): Promise<Statistics> {
  const [infrastructure, resources, operations] = await explained(() =>
    Promise.all([
      sql<{ status: string; provider: string; number: number; monthly: number }>`
        select ${sql.raw(status)} as status, i.provider, count(*)::int as number,
          coalesce(sum(t.monthly), 0)::float8 as monthly
        from ${sql.raw(summarised)} where i.workspace = ${workspace} group by 1, 2`.execute(db),
      sql<{ type: string; phase: string; number: number }>`
        select r.type, r.phase, count(*)::int as number
        from infrastructure i join resource r on r.infrastructure_id = i.id
        where i.workspace = ${workspace} group by 1, 2`.execute(db),
      sql<{ status: string; recent: number; number: number }>`
        select status, count(*)::int as number,
          count(*) filter (where created_at > now() - interval '24 hours')::int as recent
        from operation where workspace = ${workspace} and created_at > now() - interval '30 days'
        group by 1`.execute(db),
    ]),
  )
  const living = infrastructure.rows.filter((row) => row.status !== 'destroyed' && row.status !== 'released')
  return {
    infrastructure: {
      total: sum(living, (row) => row.number),
      byStatus: by(
        infrastructure.rows,
        (row) => row.status,
        (row) => row.number,
      ),
      byProvider: by(
        living,
        (row) => row.provider,
        (row) => row.number,
      ),
    },
    resources: {
      total: sum(resources.rows, (row) => row.number),
      byType: by(
        resources.rows,
        (row) => row.type,
        (row) => row.number,
      ),
      byPhase: by(
        resources.rows,
        (row) => row.phase,
        (row) => row.number,
      ),
    },
    monthlyCost: cents(sum(living, (row) => row.monthly)),
    monthlyCostByProvider: by(
      living,
      (row) => row.provider,
      (row) => cents(row.monthly),
    ),
    operations: {
      last24h: by(
        operations.rows.filter((row) => row.recent > 0),
        (row) => row.status,
        (row) => row.recent,
      ),
      last30d: by(
        operations.rows,
        (row) => row.status,
        (row) => row.number,
      ),
    },
  }
}

const sum = <Row>(rows: readonly Row[], number: (row: Row) => number): number =>
  rows.reduce((total, row) => total + number(row), 0)

const by = <Row>(rows: readonly Row[], word: (row: Row) => string, number: (row: Row) => number): Counts =>
  Object.fromEntries([...Map.groupBy(rows, word)].map(([key, group]) => [key, sum(group, number)]))
