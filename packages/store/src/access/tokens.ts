import { AtlasError, type Token } from '@atlas/core'
import { type Selectable, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'
import { isUuid } from '../uuid.ts'
import { holdWorkspace, tellAccess } from './workspaces.ts'

export interface NewToken extends Pick<Token, 'workspace' | 'name' | 'role' | 'approval' | 'prefix' | 'createdBy'> {
  digest: Buffer
  expiresAt: Date | undefined
}

export interface Tokens {
  create(token: NewToken): Promise<Token>
  /** The latest first, older than `before`. */
  list(
    workspace: string,
    page: { before?: string | undefined; limit: number },
  ): Promise<{ tokens: Token[]; next?: string }>
  /** @throws AtlasError `not_found` */
  get(workspace: string, id: string): Promise<Token>
  /** At once, on every node. One that is revoked stays as it is. @throws AtlasError `not_found` */
  revoke(workspace: string, id: string): Promise<Token>
  /** Revoked and expired ones too: it is for the caller to say what that means. */
  byDigest(digest: Buffer): Promise<Token | undefined>
  /** Notes that it was used just now; more than once a minute is not written. */
  used(id: string): Promise<void>
}

export const tokens = (connection: Connection): Tokens => ({
  create: (token) => explained(() => create(connection, token)),
  list: (workspace, { before, limit }) =>
    explained(async () => {
      let query = connection.db.selectFrom('api_token').selectAll().where('workspace', '=', workspace)
      if (before !== undefined) query = query.where('no', '<', before)
      const rows = await query
        .orderBy('no', 'desc')
        .limit(limit + 1)
        .execute()
      const { rows: page, ...more } = pageOf(rows, limit, ({ no }) => no)
      return { tokens: page.map(view), ...more }
    }),
  get: (workspace, id) => explained(() => get(connection, workspace, id)),
  revoke: (workspace, id) => explained(() => revoke(connection, workspace, id)),
  byDigest: (digest) =>
    explained(async () => {
      const row = await connection.db
        .selectFrom('api_token')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst()
      return row && view(row)
    }),
  used: (id) =>
    explained(async () => {
      await connection.db
        .updateTable('api_token')
        .set({ last_used_at: sql`now()` })
        .where('id', '=', id)
        .where((eb) =>
          eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', sql<Date>`now() - interval '1 minute'`)]),
        )
        .execute()
    }),
})

async function create({ db }: Connection, { expiresAt, createdBy, ...token }: NewToken): Promise<Token> {
  return db.transaction().execute(async (tx) => {
    await holdWorkspace(tx, token.workspace)
    const row = await tx
      .insertInto('api_token')
      .values({ ...token, created_by: createdBy, expires_at: expiresAt ?? null })
      .returningAll()
      .executeTakeFirstOrThrow()
    return view(row)
  })
}

async function get({ db }: Connection, workspace: string, id: string): Promise<Token> {
  const row = isUuid(id)
    ? await db
        .selectFrom('api_token')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('id', '=', id)
        .executeTakeFirst()
    : undefined
  if (row) return view(row)
  throw new AtlasError('not_found', `There is no token ${id} in ${workspace}.`, {
    hint: 'GET /api/v1/tokens lists them',
  })
}

async function revoke(connection: Connection, workspace: string, id: string): Promise<Token> {
  const revoked = isUuid(id) && (await connection.db.transaction().execute((tx) => revokeIn(tx, workspace, id)))
  return revoked ? view(revoked) : get(connection, workspace, id)
}

async function revokeIn(tx: Transaction<Database>, workspace: string, id: string) {
  const row = await tx
    .updateTable('api_token')
    .set({ revoked_at: sql`now()` })
    .where('workspace', '=', workspace)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (row) await tellAccess(tx)
  return row
}

const view = (row: Selectable<Database['api_token']>): Token => ({
  id: row.id,
  workspace: row.workspace,
  name: row.name,
  role: row.role,
  approval: row.approval,
  prefix: row.prefix,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
})
