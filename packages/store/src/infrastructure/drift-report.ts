import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import type { Drift } from './tables.ts'

/** What the last patrol found. Times are ISO 8601. */
export interface DriftReport {
  /** `null`: no patrol has looked yet. */
  lookedAt: string | null
  /** What is not as it was last carried out. */
  findings: Drift['resources']
  /** What carries our stamp and is not known here: left alone. */
  foreign: { type: string; physicalId: string; since: string }[]
}

/** By the id of an infrastructure. */
export function driftReport({ db }: Connection, id: string): Promise<DriftReport> {
  return explained(async () => {
    const { owner, account, drift, looked_at } = await db
      .selectFrom('infrastructure')
      .select(['owner', 'account', 'drift', 'looked_at'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const { rows } = await sql<{ type: string; physical_id: string; at: Date }>`
      select type, physical_id, at from quarantine
      where owner = ${owner} and account = ${account} order by at, physical_id limit 200`.execute(db)
    return {
      lookedAt: looked_at?.toISOString() ?? null,
      findings: drift?.resources ?? [],
      foreign: rows.map((row) => ({ type: row.type, physicalId: row.physical_id, since: row.at.toISOString() })),
    }
  })
}
