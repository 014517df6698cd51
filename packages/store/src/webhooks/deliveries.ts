import { AtlasError, type Delivery } from '@atlas/core'
import { type Selectable, sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import type { Database } from '../schema.ts'
import { channels } from '../statements.ts'
import { explained } from '../trouble.ts'
import { isUuid } from '../uuid.ts'
import { find } from './webhooks.ts'

/** What became of the events of a webhook. All throw AtlasError `not_found`. */
export interface Deliveries {
  /** The newest first. */
  list(
    workspace: string,
    webhook: string,
    page: { status?: Delivery['status']; limit: number; before?: number },
  ): Promise<{ deliveries: Delivery[]; next?: number }>
  /** One that is not waiting anyhow is sent again, with the same id. @throws AtlasError `webhook_off` */
  redeliver(workspace: string, webhook: string, delivery: string): Promise<Delivery>
  /** All that are dead are sent again. @returns how many @throws AtlasError `webhook_off` */
  redeliverDead(workspace: string, webhook: string): Promise<number>
}

export const deliveries = (connection: Connection): Deliveries => ({
  list: (workspace, webhook, { status, limit, before }) =>
    explained(async () => {
      await find(connection, workspace, webhook)
      let query = connection.db.selectFrom('webhook_delivery').selectAll().where('webhook', '=', webhook)
      if (status !== undefined) query = query.where('status', '=', status)
      if (before !== undefined) query = query.where('no', '<', String(before))
      const rows = await query
        .orderBy('no', 'desc')
        .limit(limit + 1)
        .execute()
      const { rows: page, ...more } = pageOf(rows, limit, ({ no }) => Number(no))
      return { deliveries: page.map(view), ...more }
    }),
  redeliver: (workspace, webhook, delivery) =>
    explained(async () => {
      await refuseTurnedOff(connection, workspace, webhook)
      if (!isUuid(delivery)) throw unknownDelivery(webhook, delivery)
      const mine = (query: Again) => query.where('id', '=', delivery).where('status', '<>', 'pending')
      await again(connection, workspace, webhook, mine)
      const row = await connection.db
        .selectFrom('webhook_delivery')
        .selectAll()
        .where('webhook', '=', webhook)
        .where('id', '=', delivery)
        .executeTakeFirst()
      if (!row) throw unknownDelivery(webhook, delivery)
      return view(row)
    }),
  redeliverDead: (workspace, webhook) =>
    explained(async () => {
      await refuseTurnedOff(connection, workspace, webhook)
      return again(connection, workspace, webhook, (query) => query.where('status', '=', 'dead'))
    }),
})

async function refuseTurnedOff(connection: Connection, workspace: string, webhook: string): Promise<void> {
  const { active } = await find(connection, workspace, webhook)
  if (active) return
  throw new AtlasError('webhook_off', `The webhook ${webhook} is turned off.`, {
    hint: `turn it on first: PATCH /api/v1/webhooks/${webhook} with {"active": true}`,
  })
}

type Again = UpdateQueryBuilder<Database, 'webhook_delivery', 'webhook_delivery', UpdateResult>

/** @returns how many are sent again */
async function again(
  { db }: Connection,
  workspace: string,
  webhook: string,
  narrowed: (query: Again) => Again,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const change = { status: 'pending', attempt: 0, next_at: sql<Date>`now()` } as const
    const ofWebhook = tx.updateTable('webhook_delivery').set(change).where('webhook', '=', webhook)
    const { numUpdatedRows } = await narrowed(ofWebhook).executeTakeFirst()
    await sql`select pg_notify(${channels.event}, ${workspace})`.execute(tx)
    return Number(numUpdatedRows)
  })
}

const unknownDelivery = (webhook: string, delivery: string) =>
  new AtlasError('not_found', `There is no delivery ${delivery} of this webhook.`, {
    hint: `atlas webhooks deliveries ${webhook}`,
  })

const view = (row: Selectable<Database['webhook_delivery']>): Delivery => ({
  id: row.id,
  eventId: Number(row.event_id),
  type: row.type,
  status: row.status,
  attempts: row.attempt,
  nextAt: row.status === 'pending' ? row.next_at.toISOString() : null,
  lastAt: row.last_at?.toISOString() ?? null,
  lastStatus: row.last_status,
  lastError: row.last_error,
  createdAt: row.created_at.toISOString(),
})
