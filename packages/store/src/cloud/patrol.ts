import { canonical, type Json } from '@atlas/core'
import type { Beat, Finding, Seen } from '@atlas/engine'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { type NewEvent, writeEvents } from '../events/events.ts'
import { readResources } from '../infrastructure/owned.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

/** What was destroyed is looked at too, for strays, but that much more seldom. */
const destroyedEvery = 12

/** Infrastructures whose turn it is. Taking the turn is the update itself, so two workers never take the same. */
export const due = (connection: Connection, everyMs: number): Promise<Beat[]> =>
  taken(
    connection,
    sql`i.patrolled_at < now() - ${everyMs} * interval '1 ms' * case when destroyed_at is null then 1 else ${destroyedEvery} end`,
  )

/** One out of turn, by its id: the next patrol of it is a whole round away. */
export async function dueNow(connection: Connection, id: string): Promise<Beat> {
  const [beat] = await taken(connection, sql`i.id = ${id}`)
  return beat!
}

function taken(connection: Connection, which: RawBuilder<unknown>): Promise<Beat[]> {
  return explained(async () => {
    const { rows } = await sql<Omit<Beat, 'owned' | 'types'>>`
      update infrastructure i set patrolled_at = now() where ${which}
      returning i.id, i.workspace, i.name as infrastructure, i.owner, i.provider, i.account, i.region,
        i.tags, i.revision`.execute(connection.db)
    return Promise.all(
      rows.map(async (row) => ({
        ...row,
        owned: await readResources(connection, row.id),
        types: await typesOf(connection.db, row.id),
      })),
    )
  })
}

async function typesOf(db: Connection['db'], infrastructureId: string): Promise<Beat['types']> {
  const rows = await db
    .selectFrom('step')
    .innerJoin('operation', 'operation.id', 'step.operation')
    .where('operation.infrastructure_id', '=', infrastructureId)
    .where('step.action', '=', 'create')
    .select((eb) => eb.ref('step.type').$castTo<Beat['types'][number]>().as('type'))
    .distinct()
    .execute()
  return rows.map((row) => row.type)
}

/** Keeps what was seen, unless the infrastructure was changed since it was read; says whether it did. */
export function saw(
  { db }: Connection,
  beat: Beat,
  seen: ReadonlyMap<string, Seen>,
  findings: readonly Finding[],
): Promise<boolean> {
  return explained(() =>
    db.transaction().execute(async (tx) => {
      const infrastructure = await tx
        .selectFrom('infrastructure')
        .select(['drift', 'revision'])
        .where('id', '=', beat.id)
        .forUpdate()
        .executeTakeFirst()
      if (infrastructure?.revision !== beat.revision || (await isChanging(tx, beat))) return false
      await keepSeen(tx, beat, seen)
      await tx.updateTable('infrastructure').set({ looked_at: sql<Date>`now()` }).where('id', '=', beat.id).execute()
      const before = infrastructure.drift?.resources ?? []
      if (canonical(before as unknown as Json) === canonical(findings as unknown as Json)) return true
      const drift = findings.length > 0 ? { resources: [...findings] } : null
      await tx
        .updateTable('infrastructure')
        .set({ drift: drift && JSON.stringify(drift) })
        .where('id', '=', beat.id)
        .execute()
      await writeEvents(tx, beat, [drift ? detected(beat, findings) : cleared()])
      return true
    }),
  )
}

const isChanging = (tx: Transaction<Database>, beat: Beat) =>
  tx
    .selectFrom('operation')
    .select('id')
    .where('infrastructure_id', '=', beat.id)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst()

/** Only what looks different is written: most patrols write nothing. */
async function keepSeen(tx: Transaction<Database>, beat: Beat, seen: ReadonlyMap<string, Seen>): Promise<void> {
  const rows = beat.owned.map(({ type, physicalId, attributes }) => {
    const { observed, rates, tags } = seen.get(physicalId) ?? {}
    const phase = observed?.phase ?? 'missing'
    return { type, physical_id: physicalId, phase, attributes: observed?.attributes ?? attributes, rates, tags }
  })
  await sql`
    update resource r set phase = s.phase, attributes = s.attributes, observed_at = now(),
      rates = coalesce(s.rates, r.rates), tags = coalesce(s.tags, r.tags)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as s (type text, physical_id text, phase text, attributes jsonb, rates jsonb, tags text[])
    where r.infrastructure_id = ${beat.id} and r.type = s.type and r.physical_id = s.physical_id
      and (r.phase, r.attributes, r.rates, r.tags)
        is distinct from (s.phase, s.attributes, coalesce(s.rates, r.rates), coalesce(s.tags, r.tags))`.execute(tx)
}

const detected = ({ infrastructure }: Beat, findings: readonly Finding[]): NewEvent => ({
  type: 'drift.detected',
  data: {
    resources: findings.map(({ resource, kind, reason }) => ({ resource, kind, reason })),
    hint: `atlas repair ${infrastructure} --plan`,
  },
})

export const cleared = (): NewEvent => ({ type: 'drift.cleared', data: {} })
