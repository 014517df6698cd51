import { AtlasError, type Webhook } from '@atlas/core'
import { type Selectable, sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { newestEvent } from '../events/events.ts'
import { pageOf } from '../page.ts'
import type { Database } from '../schema.ts'
import { channels } from '../statements.ts'
import { explained } from '../trouble.ts'
import { isUuid } from '../uuid.ts'
import { rotate, secretsBefore } from './rotation.ts'

export interface NewWebhook extends Pick<Webhook, 'id' | 'url' | 'description' | 'types'> {
  sealedSecret: string
}

export type WebhookChange = Partial<Pick<Webhook, 'url' | 'description' | 'types' | 'active'>>

/** The endpoints of a workspace that are told of its events. All throw AtlasError `not_found`. */
export interface Webhooks {
  /** It is told of what happens from now on. */
  create(workspace: string, webhook: NewWebhook): Promise<Webhook>
  /** The oldest first. */
  list(workspace: string, page: { limit: number; after?: number }): Promise<{ webhooks: Webhook[]; next?: number }>
  /** With every sealed secret that its requests are signed with, its own first. */
  get(workspace: string, id: string): Promise<Webhook & { sealedSecrets: string[] }>
  /** Turned off, what waits for delivery is dead; turned on, it is told of what happens from then on. */
  update(workspace: string, id: string, change: WebhookChange): Promise<Webhook>
  /** The secret before goes on being signed with for so long. @returns until when (ISO 8601) */
  rotate(workspace: string, id: string, by: { sealedSecret: string; overlapHours: number }): Promise<string>
  /** @returns what it was */
  remove(workspace: string, id: string): Promise<Webhook>
}

export const webhooks = (connection: Connection): Webhooks => ({
  create: (workspace, webhook) => explained(() => create(connection, workspace, webhook)),
  list: (workspace, { limit, after = 0 }) =>
    explained(async () => {
      const rows = await connection.db
        .selectFrom('webhook')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('no', '>', String(after))
        .orderBy('no')
        .limit(limit + 1)
        .execute()
      const { rows: page, ...more } = pageOf(rows, limit, ({ no }) => Number(no))
      return { webhooks: page.map(view), ...more }
    }),
  get: (workspace, id) =>
    explained(async () => {
      const row = await find(connection, workspace, id)
      return { ...view(row), sealedSecrets: [row.sealed, ...row.before] }
    }),
  update: (workspace, id, change) => explained(() => update(connection, workspace, id, change)),
  rotate: (workspace, id, by) =>
    explained(async () => {
      await find(connection, workspace, id)
      const until = await rotate(connection, workspace, id, by)
      if (until === undefined) throw unknownWebhook(id)
      return until
    }),
  remove: (workspace, id) =>
    explained(async () => {
      const row = await find(connection, workspace, id)
      await connection.db.deleteFrom('webhook').where('id', '=', id).execute()
      return view(row)
    }),
})

async function create({ db }: Connection, workspace: string, webhook: NewWebhook): Promise<Webhook> {
  const { sealedSecret, ...rest } = webhook
  const values = { ...rest, workspace, sealed: sealedSecret, cursor: await newestEvent(db, workspace) }
  return view(await db.insertInto('webhook').values(values).returningAll().executeTakeFirstOrThrow())
}

async function update(connection: Connection, workspace: string, id: string, change: WebhookChange) {
  const before = await find(connection, workspace, id)
  const woken = change.active === true && !before.active
  const newest = woken ? await newestEvent(connection.db, workspace) : undefined
  return connection.db.transaction().execute(async (tx) => {
    const row = await tx
      .updateTable('webhook')
      .set({
        ...change,
        updated_at: sql<Date>`now()`,
        ...(newest !== undefined && { cursor: newest, disabled_reason: null, failing_since: null }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw unknownWebhook(id)
    if (!row.active) await letGo(tx, id)
    await sql`select pg_notify(${channels.event}, ${workspace})`.execute(tx)
    return view(row)
  })
}

/** What waits at an endpoint that is off may be sent again by hand. */
export const letGo = (db: Pick<Connection['db'], 'updateTable'>, webhook: string) =>
  db
    .updateTable('webhook_delivery')
    .set({ status: 'dead', last_error: sql`coalesce(last_error, 'the webhook was turned off')` })
    .where('webhook', '=', webhook)
    .where('status', '=', 'pending')
    .execute()

export async function find({ db }: Connection, workspace: string, id: string) {
  const row = isUuid(id)
    ? await db
        .selectFrom('webhook')
        .selectAll()
        .select(secretsBefore.as('before'))
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined
  if (!row) throw unknownWebhook(id)
  return row
}

const unknownWebhook = (id: string) =>
  new AtlasError('not_found', `There is no webhook ${id} in this workspace.`, {
    hint: 'atlas webhooks list',
  })

const view = (row: Selectable<Database['webhook']>): Webhook => ({
  id: row.id,
  url: row.url,
  description: row.description,
  types: row.types,
  active: row.active,
  disabledReason: row.disabled_reason,
  failingSince: row.failing_since?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
})
