import { AtlasError, type Delivery } from '@atlas/core'
import { type Selectable, sql } from 'kysely'
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
      await again(connection, workspace, webhook, isUuid(delivery) ? { delivery } : { delivery: undefined })
      const row = isUuid(delivery)
        ? await connection.db
            .selectFrom('webhook_delivery')
            .selectAll()
            .where('webhook', '=', webhook)
            .where('id', '=', delivery)
            .executeTakeFirst()
        : undefined
      if (row) return view(row)
      throw new AtlasError('not_found', `There is no delivery ${delivery} of this webhook.`, {
        hint: `atlas webhooks deliveries ${webhook}`,
      })
    }),
  redeliverDead: (workspace, webhook) => explained(() => again(connection, workspace, webhook, 'dead')),
})

async function again(
  connection: Connection,
  workspace: string,
  webhook: string,
  which: 'dead' | { delivery: string | undefined },
): Promise<number> {
  const { active } = await find(connection, workspace, webhook)
  if (!active)
    throw new AtlasError('webhook_off', `The webhook ${webhook} is turned off.`, {
      hint: `turn it on first: PATCH /api/v1/webhooks/${webhook} with {"active": true}`,
    })
  if (which !== 'dead' && which.delivery === undefined) return 0
  return connection.db.transaction().execute(async (tx) => {
    let query = tx
      .updateTable('webhook_delivery')
      .set({ status: 'pending', attempt: 0, next_at: sql<Date>`now()` })
      .where('webhook', '=', webhook)
    query =
      which === 'dead'
        ? query.where('status', '=', 'dead')
        : query.where('id', '=', which.delivery!).where('status', '<>', 'pending')
    const { numUpdatedRows } = await query.executeTakeFirst()
    await sql`select pg_notify(${channels.event}, ${workspace})`.execute(tx)
    return Number(numUpdatedRows)
  })
}

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
