import { type ApprovalPolicy, AtlasError, defaultWorkspace, type Workspace } from '@atlas/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import type { Database } from '../schema.ts'
import { channels } from '../statements.ts'
import { explained } from '../trouble.ts'

/** The teams of an installation: each sees its own infrastructure and nothing of the others'. */
export interface Workspaces {
  /** By name, after `after`. */
  list(page: { after?: string | undefined; limit: number }): Promise<{ workspaces: Workspace[]; next?: string }>
  find(name: string): Promise<Workspace | undefined>
  /** @throws AtlasError `already_exists`, also where a workspace of that name has been deleted */
  create(name: string): Promise<Workspace>
  /** @throws AtlasError `not_found` */
  setApproval(name: string, approval: ApprovalPolicy): Promise<Workspace>
  /** Its tokens and credentials end with it. @throws AtlasError `not_found`, `not_empty` */
  remove(name: string): Promise<void>
}

export const workspaces = ({ db }: Connection): Workspaces => ({
  list: ({ after, limit }) =>
    explained(async () => {
      const rows = await existing(db)
        .where('name', '>', after ?? '')
        .orderBy('name')
        .limit(limit + 1)
        .execute()
      const { rows: page, ...more } = pageOf(rows.map(view), limit, ({ name }) => name)
      return { workspaces: page, ...more }
    }),
  find: (name) =>
    explained(async () => {
      const row = await existing(db).where('name', '=', name).executeTakeFirst()
      return row && view(row)
    }),
  create: (name) =>
    explained(async () => {
      const made = await db
        .insertInto('workspace')
        .values({ name })
        .onConflict((conflict) => conflict.doNothing())
        .returning(['name', 'approval', 'created_at'])
        .executeTakeFirst()
      if (made) return view(made)
      throw new AtlasError('already_exists', `There is, or was, a workspace ${name}.`, {
        hint: 'choose another name: that of a deleted workspace stays with its history',
      })
    }),
  setApproval: (name, approval) =>
    explained(async () => {
      const row = await db
        .updateTable('workspace')
        .set({ approval })
        .where('name', '=', name)
        .where('deleted_at', 'is', null)
        .returning(['name', 'approval', 'created_at'])
        .executeTakeFirst()
      if (row) return view(row)
      throw unknownWorkspace(name)
    }),
  remove: (name) => explained(() => db.transaction().execute((tx) => remove(tx, name))),
})

const existing = (db: Kysely<Database>) =>
  db.selectFrom('workspace').select(['name', 'approval', 'created_at']).where('deleted_at', 'is', null)

const view = (row: { name: string; approval: ApprovalPolicy; created_at: Date }): Workspace => ({
  name: row.name,
  approval: row.approval,
  createdAt: row.created_at.toISOString(),
})

async function remove(tx: Transaction<Database>, name: string): Promise<void> {
  // Whoever writes into a workspace holds its row `for key share`, so nothing can come into it from here on.
  const held = await existing(tx).where('name', '=', name).forUpdate().executeTakeFirst()
  if (!held) throw unknownWorkspace(name)
  const left = await whatIsLeft(tx, name)
  if (left.length > 0 || name === defaultWorkspace) {
    throw new AtlasError(
      'not_empty',
      `Workspace ${name} still holds ${left.join(', ') || 'its place as the default'}.`,
      {
        hint: left.length > 0 ? 'destroy what is in it first' : 'only workspaces that were created can be deleted',
      },
    )
  }
  await tx.updateTable('workspace').set({ deleted_at: sql`now()` }).where('name', '=', name).execute()
  await tx
    .updateTable('api_token')
    .set({ revoked_at: sql`now()` })
    .where('workspace', '=', name)
    .where('revoked_at', 'is', null)
    .execute()
  await tx.deleteFrom('credential').where('workspace', '=', name).execute()
  await tx.deleteFrom('deploy_key').where('workspace', '=', name).execute()
  await tx.deleteFrom('secret').where('workspace', '=', name).execute()
  await tellAccess(tx)
}

/** What is destroyed and settled does not count: its records are history. */
async function whatIsLeft(tx: Transaction<Database>, workspace: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from infrastructure i
    where workspace = ${workspace} and (
      destroyed_at is null and (description is not null or exists (select from resource where infrastructure_id = i.id))
      or exists (select from operation where infrastructure_id = i.id and status in ('waiting', 'queued', 'running')))
    order by name limit 5`.execute(tx)
  return rows.map((row) => row.name)
}

/** Keeps a workspace from being deleted until the transaction ends. @throws AtlasError `not_found` */
export async function holdWorkspace(tx: Transaction<Database>, name: string): Promise<void> {
  const row = await tx
    .selectFrom('workspace')
    .select('deleted_at')
    .where('name', '=', name)
    .forKeyShare()
    .executeTakeFirst()
  if (row?.deleted_at) throw unknownWorkspace(name)
}

export const unknownWorkspace = (name: string) =>
  new AtlasError('not_found', `There is no workspace ${name}.`, {
    hint: 'GET /api/v1/workspaces lists those you may see',
  })

/** Tells every node that what it remembers of tokens and workspaces is over. */
export const tellAccess = (tx: Kysely<Database>) => sql`select pg_notify(${channels.access}, '')`.execute(tx)
