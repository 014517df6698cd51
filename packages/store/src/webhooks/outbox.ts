import { randomUUID } from 'node:crypto'
import { type AtlasEvent, type EventType, eventTypesMatching } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { eventOf, eventRows, writeEvents } from '../events/events.ts'
import type { Listener, Ring } from '../listener.ts'
import { channels } from '../statements.ts'
import { explained } from '../trouble.ts'
import { secretsBefore } from './rotation.ts'
import { letGo } from './webhooks.ts'

/** Whoever has taken a webhook and then says nothing for so long counts as dead; each outcome begins it anew. */
const lease = sql`interval '60 s'`
/** Events turned into deliveries at once. */
const fanOut = 500

/** A webhook that this process, and no other, delivers to for now. */
export interface TakenWebhook {
  id: string
  workspace: string
  url: string
  types: string[]
  /** What requests are signed with, its own first. */
  sealedSecrets: string[]
  lease: string
  /** Since when nothing arrived. */
  failingSince: Date | null
}

export interface DueDelivery {
  id: string
  /** Since it was last asked for; the next is one more. */
  attempts: number
  /** `undefined`: it is kept no more. */
  event: AtlasEvent | undefined
}

export type DeliveryOutcome = { status?: number; error?: string } & (
  | { result: 'delivered' | 'dead' }
  | { result: 'retry'; inMs: number }
)

/** What has happened and has to be told to webhooks: the events themselves, and how far each webhook has been told. */
export interface Outbox {
  /** Webhooks with something to deliver that nobody else holds; those that waited longest first. */
  take(limit: number): Promise<TakenWebhook[]>
  /** What is due, in the order of events. Empty where there is nothing, or the webhook is ours no more. */
  due(webhook: TakenWebhook, limit: number): Promise<DueDelivery[]>
  record(webhook: TakenWebhook, delivery: string, outcome: DeliveryOutcome): Promise<void>
  /** Turned off for a reason, of which an event tells. */
  disable(webhook: TakenWebhook, reason: string): Promise<void>
  giveBack(webhook: TakenWebhook): Promise<void>
  /** When the next retry is due, in milliseconds from now; `undefined` where none waits. */
  nextDueMs(): Promise<number | undefined>
  /** Rings when something happened anywhere, or a delivery was asked for. */
  bell(): { next(): Ring; close(): void }
}

export const outbox = (connection: Connection, listener: Listener): Outbox => ({
  take: (limit) => explained(() => take(connection, limit)),
  due: (webhook, limit) =>
    explained(async () => {
      await makeDeliveries(connection, webhook)
      return readDue(connection, webhook, limit)
    }),
  record: (webhook, delivery, outcome) => explained(() => record(connection, webhook, delivery, outcome)),
  disable: (webhook, reason) => explained(() => disable(connection, webhook, reason)),
  giveBack: ({ id, lease }) =>
    explained(async () => {
      await sql`
        update webhook set lease = null, leased_until = clock_timestamp() where id = ${id} and lease = ${lease}`.execute(
        connection.db,
      )
    }),
  nextDueMs: () => explained(() => nextDueMs(connection)),
  bell: () => listener.bell(channels.event),
})

/** Taking is the update itself, so two processes never take the same. */
async function take({ db }: Connection, limit: number): Promise<TakenWebhook[]> {
  const mine = randomUUID()
  const { rows } = await sql<Omit<TakenWebhook, 'lease'>>`
    update webhook set lease = ${mine}, leased_until = clock_timestamp() + ${lease}
    where id in (
      select w.id from webhook w
      where w.active and w.leased_until <= clock_timestamp() and (
        exists (select from event e where e.workspace = w.workspace and e.id > w.cursor)
        or exists (select from webhook_delivery d
          where d.webhook = w.id and d.status = 'pending' and d.next_at <= clock_timestamp()))
      order by w.leased_until limit ${limit} for update skip locked)
    returning id, workspace, url, types, sealed || ${secretsBefore} as "sealedSecrets", failing_since as "failingSince"`.execute(
    db,
  )
  return rows.map((row) => ({ ...row, lease: mine }))
}

async function makeDeliveries({ db }: Connection, { id, lease, types }: TakenWebhook): Promise<void> {
  const wanted: EventType[] | undefined = eventTypesMatching(types)
  await sql`
    with mine as materialized (
      select id, workspace, cursor from webhook where id = ${id} and lease = ${lease} and active for update
    ),
    fresh as materialized (
      select e.id, e.type from mine cross join lateral (
        select * from event where workspace = mine.workspace and id > mine.cursor order by id limit ${fanOut}) e
    ),
    made as (
      insert into webhook_delivery (webhook, event_id, type)
      select ${id}, id, type from fresh
      where ${wanted ?? null}::text[] is null or type = any (${wanted ?? null}::text[])
      order by id on conflict do nothing
    )
    update webhook set cursor = f.newest
    from (select max(id) as newest from fresh) f
    where webhook.id = ${id} and f.newest is not null`.execute(db)
}

async function readDue({ db }: Connection, { id, workspace, lease }: TakenWebhook, limit: number) {
  const due = await db
    .selectFrom('webhook_delivery as d')
    .innerJoin('webhook as w', 'w.id', 'd.webhook')
    .select(['d.id', 'd.event_id', 'd.attempt'])
    .where('d.webhook', '=', id)
    .where('w.lease', '=', lease)
    .where('w.active', '=', true)
    .where('d.status', '=', 'pending')
    .where('d.next_at', '<=', sql<Date>`clock_timestamp()`)
    .orderBy('d.next_at')
    .orderBy('d.event_id')
    .limit(limit)
    .execute()
  if (due.length === 0) return []
  const ids = due.map((one) => one.event_id)
  const rows = await eventRows(db, workspace).where('event.id', '=', sql<string>`any(${ids}::bigint[])`).execute()
  const events = new Map(rows.map((row) => [row.id, eventOf(row)]))
  return due.map((one) => ({ id: one.id, attempts: one.attempt, event: events.get(one.event_id) }))
}

async function record({ db }: Connection, webhook: TakenWebhook, delivery: string, outcome: DeliveryOutcome) {
  const retryMs = outcome.result === 'retry' ? outcome.inMs : 0
  await sql`
    with held as (
      update webhook
      set leased_until = clock_timestamp() + ${lease},
        failing_since = case when ${outcome.result === 'delivered'} then null
          else coalesce(failing_since, clock_timestamp()) end
      where id = ${webhook.id} and lease = ${webhook.lease}
    )
    update webhook_delivery
    set status = ${outcome.result === 'retry' ? 'pending' : outcome.result}, attempt = attempt + 1,
      next_at = clock_timestamp() + ${retryMs} * interval '1 ms', last_at = clock_timestamp(),
      last_status = ${outcome.status ?? null}, last_error = ${outcome.error ?? null}
    where id = ${delivery} and status = 'pending'`.execute(db)
}

async function disable({ db }: Connection, { id, workspace, url }: TakenWebhook, reason: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const changed = await tx
      .updateTable('webhook')
      .set({ active: false, disabled_reason: reason, updated_at: sql<Date>`now()` })
      .where('id', '=', id)
      .where('active', '=', true)
      .returning('id')
      .executeTakeFirst()
    if (!changed) return
    await letGo(tx, id)
    // Only the host: some services put a secret into the path.
    const data = { webhook: id, host: new URL(url).host, reason }
    await writeEvents(tx, { workspace, infrastructure: null }, [{ type: 'webhook.disabled', data }])
  })
}

async function nextDueMs({ db }: Connection): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select 1000 * extract(epoch from min(greatest(d.next_at, w.leased_until)) - clock_timestamp())::float8 as ms
    from webhook w cross join lateral (
      select next_at from webhook_delivery where webhook = w.id and status = 'pending' order by next_at limit 1) d
    where w.active`.execute(db)
  const ms = rows[0]?.ms
  return ms === null || ms === undefined ? undefined : Math.max(0, ms)
}
