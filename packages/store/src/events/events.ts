import type { AtlasEvent, EventType, JsonObject } from '@atlas/core'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { type Asked, originOf } from '../origin.ts'
import type { Database } from '../schema.ts'
import { channels, eventLock } from '../statements.ts'
import { isUuid } from '../uuid.ts'

export interface NewEvent {
  type: EventType
  operation?: string
  step?: number
  data: JsonObject
}

/** The last statement of a transaction: from here to its commit it holds the lock that keeps event ids in order. */
export async function writeEvents(
  tx: Transaction<Database>,
  { workspace, infrastructure }: { workspace: string; infrastructure: string | null },
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ type, operation, step, data }, i) => ({ i, type, operation, step, data }))
  await sql`
    with locked as materialized (select ${sql.raw(eventLock('x.workspace'))} from (select ${workspace}::text as workspace) x),
    told as (
      insert into event (type, workspace, infrastructure, operation, step, data)
      select x.type, ${workspace}, ${infrastructure}, x.operation, x.step, x.data
      from locked, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as x (i int, type text, operation uuid, step int, data jsonb)
      order by x.i)
    select pg_notify(${channels.event}, ${workspace})`.execute(tx)
}

export interface EventFilter {
  /** Left out: every type. */
  types?: readonly EventType[]
  operation?: string
  /** Its name. */
  infrastructure?: string
}

export interface EventPage extends EventFilter {
  afterId?: number
  /** Newest first, and only those before this one. */
  beforeId?: number
  limit?: number
}

/** What is read at once. */
export const pageSize = 500

/** In the order of ids, after `afterId`; with `beforeId` the other way round. */
export async function readPage(
  db: Kysely<Database>,
  workspace: string,
  { afterId = 0, beforeId, limit = pageSize, types, operation, infrastructure }: EventPage,
): Promise<AtlasEvent[]> {
  if (operation !== undefined && !isUuid(operation)) return []
  let query = eventRows(db, workspace)
    .where('event.id', '>', String(afterId))
    .orderBy('event.id', beforeId === undefined ? 'asc' : 'desc')
    .limit(limit)
  if (beforeId !== undefined) query = query.where('event.id', '<', String(beforeId))
  if (types !== undefined) query = query.where('event.type', '=', sql<string>`any(${types})`)
  if (operation !== undefined) query = query.where('event.operation', '=', operation)
  if (infrastructure !== undefined) query = query.where('event.infrastructure', '=', infrastructure)
  return (await query.execute()).map(eventOf)
}

const newer = `
  select event.*, operation.request_id, operation.traceparent
  from event left join operation on operation.id = event.operation
  where event.workspace = $1 and event.id > $2
  order by event.id limit ${pageSize}`

/** The same of all events, for who asks all the time: PostgreSQL plans it once for each connection. */
export async function readNewer({ pool }: Connection, workspace: string, afterId: number): Promise<AtlasEvent[]> {
  const { rows } = await pool.query<EventRow>({ name: 'newer events', text: newer, values: [workspace, afterId] })
  return rows.map(eventOf)
}

/** With the request that asked for the operation, which stands with that and not with each of its events. */
export const eventRows = (db: Kysely<Database>, workspace: string) =>
  db
    .selectFrom('event')
    .leftJoin('operation', 'operation.id', 'event.operation')
    .selectAll('event')
    .select(['operation.request_id', 'operation.traceparent'])
    .where('event.workspace', '=', workspace)

type EventRow = Selectable<Database['event']> & Asked

export function eventOf({ request_id, traceparent, ...row }: EventRow): AtlasEvent {
  const origin = originOf({ request_id, traceparent })
  const rest = { id: Number(row.id), type: row.type as EventType, time: row.time.toISOString() }
  return { ...row, ...rest, ...(origin && { origin }) }
}

/** Its id; 0 where nothing has happened yet, or nothing is kept. */
export async function newestEvent(db: Kysely<Database>, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('event')
    .select('id')
    .where('workspace', '=', workspace)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return Number(row?.id ?? 0)
}
