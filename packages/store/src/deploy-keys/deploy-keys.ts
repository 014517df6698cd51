import { AtlasError } from '@atlas/core'
import { type Selectable, sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { unlessRetired } from '../credentials/sealed-keys.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

type Kind = Database['deploy_key']['kind']

/** What is known of a deploy key without opening it. Times are ISO 8601. */
export interface DeployKeyRecord {
  project: string
  kind: Kind
  fingerprint: string
  /** Of ssh: what the host is given. */
  publicKey: string | null
  /** Of https: the host that is shown it. */
  host: string | null
  setAt: string
  setBy: string
  /** To the minute; null: never. */
  usedAt: string | null
}

export interface NewDeployKey extends Pick<DeployKeyRecord, 'project' | 'kind' | 'fingerprint' | 'publicKey' | 'host'> {
  sealed: string
  by: string
}

/** Deploy keys of projects, sealed: at most one of each kind. The store cannot open them. */
export interface DeployKeys {
  list(workspace: string): Promise<DeployKeyRecord[]>
  read(workspace: string, project: string, kind: Kind): Promise<(DeployKeyRecord & { sealed: string }) | undefined>
  /** In place of the one before. @throws AtlasError `vault_sealed` when the key has been retired meanwhile */
  set(workspace: string, key: NewDeployKey): Promise<DeployKeyRecord>
  /** Noted at most once a minute. */
  used(workspace: string, project: string, kind: Kind): Promise<void>
  /** @throws AtlasError `not_found` */
  delete(workspace: string, project: string, kind: Kind): Promise<void>
}

export const deployKeys = ({ db }: Connection): DeployKeys => ({
  list: (workspace) =>
    explained(async () => {
      const rows = await db
        .selectFrom('deploy_key')
        .selectAll()
        .where('workspace', '=', workspace)
        .orderBy('project')
        .orderBy('kind')
        .execute()
      return rows.map(view)
    }),
  read: (workspace, project, kind) =>
    explained(async () => {
      const row = await db
        .selectFrom('deploy_key')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .where('kind', '=', kind)
        .executeTakeFirst()
      return row && { ...view(row), sealed: row.sealed }
    }),
  set: (workspace, { project, kind, publicKey, by, ...more }) =>
    explained(async () => {
      const values = { ...more, public_key: publicKey, set_by: by }
      const row = await db
        .insertInto('deploy_key')
        .values({ workspace, project, kind, ...values })
        .onConflict((conflict) =>
          conflict
            .columns(['workspace', 'project', 'kind'])
            .doUpdateSet({ ...values, set_at: sql<Date>`now()`, used_at: sql<Date>`null` }),
        )
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(unlessRetired)
      return view(row)
    }),
  used: (workspace, project, kind) =>
    explained(async () => {
      await sql`
        update deploy_key set used_at = now()
        where workspace = ${workspace} and project = ${project} and kind = ${kind}
          and (used_at is null or used_at < now() - interval '1 minute')`.execute(db)
    }),
  delete: (workspace, project, kind) =>
    explained(async () => {
      const gone = await db
        .deleteFrom('deploy_key')
        .where('workspace', '=', workspace)
        .where('project', '=', project)
        .where('kind', '=', kind)
        .returning('project')
        .executeTakeFirst()
      if (gone) return
      throw new AtlasError('not_found', `${project} has no deploy key for ${kind}.`, { hint: 'atlas deploy-keys list' })
    }),
})

const view = (row: Selectable<Database['deploy_key']>): DeployKeyRecord => ({
  project: row.project,
  kind: row.kind,
  fingerprint: row.fingerprint,
  publicKey: row.public_key,
  host: row.host,
  setAt: row.set_at.toISOString(),
  setBy: row.set_by,
  usedAt: row.used_at?.toISOString() ?? null,
})
