import type { Doomed, Found } from '@atlas/engine'
import { sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { type NewEvent, writeEvents } from '../events/events.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

/**
 * Judges what a sweep found, all in one transaction. An unclaimed resource is doomed only when this database knows its
 * operation, its step and the very attempt that made it, and the step is settled for good. What is not known may be the
 * work of a database that was lost: it is quarantined, once, with an event.
 */
export function judge({ db }: Connection, owner: string, account: string, found: readonly Found[]): Promise<Doomed[]> {
  return explained(() =>
    db.transaction().execute(async (tx) => {
      const verdicts = await weigh(tx, account, found)
      const doom = verdicts.filter((one) => one.verdict === 'doom')
      const unknown = verdicts.filter((one) => one.verdict === 'unknown')
      if (doom.length > 0) await insertDoomed(tx, owner, account, doom)
      const reported = unknown.length > 0 ? await quarantine(tx, owner, account, unknown) : []
      const doomed = await readDoomed(tx, owner, account)
      const infrastructure = await infrastructureOf(tx, owner)
      if (infrastructure && reported.length > 0) await writeEvents(tx, infrastructure, reported.map(quarantined))
      return doomed
    }),
  )
}

interface Weighed {
  type: Found['type']
  physical_id: string
  cloud_id: string
  name: string
  stamp: { operation?: string; step?: number; token?: string; identity: string }
  verdict: 'claimed' | 'open' | 'doom' | 'unknown'
}

async function weigh(tx: Transaction<Database>, account: string, found: readonly Found[]): Promise<Weighed[]> {
  const list = found.map(({ type, observed }) => ({
    type,
    physical_id: observed.physicalId,
    cloud_id: observed.id,
    name: observed.name,
    stamp: { ...observed.stamp },
  }))
  const { rows } = await sql<Weighed>`
    select f.type, f.physical_id, f.cloud_id, f.name, f.stamp,
      case
        when c.verdict is not null then 'claimed'
        when s.n is null or not (f.stamp ->> 'token') = any (s.tokens) then 'unknown'
        -- What was imported was there before us: a stamp alone never makes it ours to delete.
        when s.action <> 'create' then 'unknown'
        when s.status in ('done', 'failed', 'skipped') then 'doom'
        else 'open'
      end as verdict
    from jsonb_to_recordset(${JSON.stringify(list)}::jsonb)
      as f (type text, physical_id text, cloud_id text, name text, stamp jsonb)
    left join claim c on c.account = ${account} and c.type = f.type and c.physical_id = f.physical_id
    left join step s on s.operation::text = f.stamp ->> 'operation' and s.n = (f.stamp ->> 'step')::int
      and s.identity = f.stamp ->> 'identity'`.execute(tx)
  return rows
}

async function insertDoomed(tx: Transaction<Database>, owner: string, account: string, doom: Weighed[]): Promise<void> {
  await tx
    .insertInto('claim')
    .values(
      doom.map(({ type, physical_id, cloud_id, stamp }) => ({
        account,
        type,
        physical_id,
        cloud_id,
        owner,
        identity: stamp.identity,
        operation: stamp.operation!,
        step: stamp.step!,
        verdict: 'doomed' as const,
      })),
    )
    // A create that was about to claim it came first: then it is owned.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function quarantine(tx: Transaction<Database>, owner: string, account: string, unknown: Weighed[]) {
  const rows = await tx
    .insertInto('quarantine')
    .values(
      unknown.map(({ type, physical_id, stamp }) => ({
        account,
        type,
        physical_id,
        owner,
        stamp: JSON.stringify(stamp),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('physical_id')
    .execute()
  const fresh = new Set(rows.map((row) => row.physical_id))
  return unknown.filter((one) => fresh.has(one.physical_id))
}

/** Everything doomed that is not known to be gone, from earlier sweeps too. */
async function readDoomed(db: Transaction<Database>, owner: string, account: string): Promise<Doomed[]> {
  const rows = await db
    .selectFrom('claim')
    .select(['type', 'cloud_id', 'physical_id'])
    .where('owner', '=', owner)
    .where('account', '=', account)
    .where('verdict', '=', 'doomed')
    .execute()
  return rows.map((row) => ({ type: row.type, id: row.cloud_id, physicalId: row.physical_id }))
}

const infrastructureOf = (tx: Transaction<Database>, owner: string) =>
  tx
    .selectFrom('infrastructure')
    .select(['workspace', 'name as infrastructure'])
    .where('owner', '=', owner)
    .executeTakeFirst()

const quarantined = ({ type, cloud_id, name, stamp }: Weighed): NewEvent => ({
  type: 'resource.quarantined',
  data: {
    type,
    id: cloud_id,
    name,
    stamp: { ...stamp },
    reason: 'it carries our stamp, but this database does not know the operation that made it; it is left alone',
  },
})

/** It is gone: with an event, once. */
export function swept({ db }: Connection, owner: string, account: string, doomed: Doomed): Promise<void> {
  return explained(() =>
    db.transaction().execute(async (tx) => {
      const gone = await tx
        .updateTable('claim')
        .set({ verdict: 'deleted', at: sql<Date>`now()` })
        .where('account', '=', account)
        .where('type', '=', doomed.type)
        .where('physical_id', '=', doomed.physicalId)
        .where('verdict', '=', 'doomed')
        .returning(['operation', 'step'])
        .executeTakeFirst()
      const infrastructure = gone && (await infrastructureOf(tx, owner))
      if (!gone || !infrastructure) return
      const data = { type: doomed.type, id: doomed.id }
      await writeEvents(tx, infrastructure, [
        { type: 'resource.swept', operation: gone.operation, step: gone.step, data },
      ])
    }),
  )
}
