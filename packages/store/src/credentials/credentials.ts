import { AtlasError } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import { unlessRetired } from './sealed-keys.ts'

/** What is known of a workspace's credential without opening it. Times are ISO 8601. */
export interface CredentialRecord {
  provider: string
  fingerprint: string
  createdAt: string
  /** When it was last replaced by another one. */
  rotatedAt: string | null
}

export interface CredentialUse {
  provider: string
  source: string
  fingerprint: string
  usedAt: string
}

/** Credentials of workspaces, sealed. The store cannot open them. */
export interface Credentials {
  /** @throws AtlasError `vault_sealed` when the key it was sealed with has been retired */
  put(
    workspace: string,
    provider: string,
    credential: { sealed: string; fingerprint: string },
  ): Promise<CredentialRecord>
  read(workspace: string, provider: string): Promise<{ sealed: string; fingerprint: string } | undefined>
  list(workspace: string): Promise<CredentialRecord[]>
  /** @throws AtlasError `not_found` */
  remove(workspace: string, provider: string): Promise<void>
  /** Which credential served last, wherever it is kept. Written once a minute at most. */
  used(workspace: string, use: Omit<CredentialUse, 'usedAt'>): Promise<void>
  uses(workspace: string): Promise<CredentialUse[]>
}

export const credentials = ({ db }: Connection): Credentials => ({
  put: (workspace, provider, { sealed, fingerprint }) =>
    explained(async () => {
      const row = await db
        .insertInto('credential')
        .values({ workspace, provider, sealed, fingerprint })
        .onConflict((conflict) =>
          conflict.columns(['workspace', 'provider']).doUpdateSet({ sealed, fingerprint, rotated_at: sql`now()` }),
        )
        .returning(['provider', 'fingerprint', 'created_at', 'rotated_at'])
        .executeTakeFirstOrThrow()
        .catch(unlessRetired)
      return view(row)
    }),
  read: (workspace, provider) =>
    explained(() =>
      db
        .selectFrom('credential')
        .select(['sealed', 'fingerprint'])
        .where('workspace', '=', workspace)
        .where('provider', '=', provider)
        .executeTakeFirst(),
    ),
  list: (workspace) =>
    explained(async () => {
      const rows = await db
        .selectFrom('credential')
        .select(['provider', 'fingerprint', 'created_at', 'rotated_at'])
        .where('workspace', '=', workspace)
        .orderBy('provider')
        .execute()
      return rows.map(view)
    }),
  remove: (workspace, provider) =>
    explained(async () => {
      const { numDeletedRows } = await db
        .deleteFrom('credential')
        .where('workspace', '=', workspace)
        .where('provider', '=', provider)
        .executeTakeFirst()
      if (numDeletedRows === 0n) throw noCredential(workspace, provider)
    }),
  used: (workspace, { provider, source, fingerprint }) =>
    explained(async () => {
      await sql`
        insert into credential_use as u (workspace, provider, source, fingerprint)
        values (${workspace}, ${provider}, ${source}, ${fingerprint})
        on conflict (workspace, provider) do update
        set source = excluded.source, fingerprint = excluded.fingerprint, used_at = now()
        where u.used_at < now() - interval '1 minute'
          or (u.source, u.fingerprint) is distinct from (excluded.source, excluded.fingerprint)`.execute(db)
    }),
  uses: (workspace) =>
    explained(async () => {
      const rows = await db.selectFrom('credential_use').selectAll().where('workspace', '=', workspace).execute()
      return rows.map(({ provider, source, fingerprint, used_at }) => {
        return { provider, source, fingerprint, usedAt: used_at.toISOString() }
      })
    }),
})

interface Row {
  provider: string
  fingerprint: string
  created_at: Date
  rotated_at: Date | null
}

const view = ({ provider, fingerprint, created_at, rotated_at }: Row): CredentialRecord => ({
  provider,
  fingerprint,
  createdAt: created_at.toISOString(),
  rotatedAt: rotated_at?.toISOString() ?? null,
})

const noCredential = (workspace: string, provider: string) =>
  new AtlasError('not_found', `${workspace} has no credential for ${provider} that is kept here.`, {
    hint: 'GET /api/v1/credentials lists what there is',
  })
