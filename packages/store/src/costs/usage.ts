import { monthStart, type Usage } from '@atlas/core'
import { type Kysely, sql } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

/** What a workspace used, and when that was read. */
export interface UsageSince {
  usage: Usage[]
  /** What runs has cost up to here. */
  now: Date
}

/** What a workspace used since a moment. */
export const usageSince = ({ db }: Connection, workspace: string, since: Date | 'this month'): Promise<UsageSince> =>
  explained(() => readUsage(db, workspace, since))

export async function readUsage(
  db: Pick<Kysely<Database>, 'selectFrom' | 'selectNoFrom'>,
  workspace: string,
  since: Date | 'this month',
): Promise<UsageSince> {
  const { now } = await db.selectNoFrom(sql<Date>`metering_now()`.as('now')).executeTakeFirstOrThrow()
  const from = since === 'this month' ? monthStart(now) : since
  const rows = await db
    .selectFrom('usage')
    .innerJoin('infrastructure', 'infrastructure.id', 'usage.infrastructure_id')
    .where('infrastructure.workspace', '=', workspace)
    .where((eb) => eb.or([eb('usage.ended_at', 'is', null), eb('usage.ended_at', '>', from)]))
    .select('infrastructure.name as infrastructure')
    .select(['usage.name', 'usage.type', 'physical_id', 'usage.tags', 'rates', 'started_at', 'ended_at'])
    .orderBy('usage.id')
    .execute()
  const usage = rows.map(
    (row): Usage => ({
      infrastructure: row.infrastructure,
      resource: row.name,
      type: row.type,
      life: row.physical_id,
      tags: row.tags,
      rates: row.rates,
      from: row.started_at,
      to: row.ended_at,
    }),
  )
  return { usage, now }
}
