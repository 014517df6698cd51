import { AtlasError } from '@atlas/core'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { unlessRetired } from '../credentials/sealed-keys.ts'
import { writeEvents } from '../events/events.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

/** What is known of a kept secret without opening it. */
export interface SecretRecord {
  name: string
  /** 1, 2, 3, …: every value that is set has its own. */
  version: number
  /** ISO 8601 */
  setAt: string
  /** Name of whoever set it. */
  setBy: string
}

export interface NewSecret {
  name: string
  sealed: string
  by: string
}

/** Secrets of services, sealed. The store cannot open them. */
export interface Secrets {
  /** Makes it, or gives it another value. @throws AtlasError `vault_sealed` when the key has been retired meanwhile */
  set(workspace: string, secret: NewSecret): Promise<SecretRecord>
  /** Gives another value to one that there is. @throws AtlasError `not_found`, `vault_sealed` */
  rotate(workspace: string, secret: NewSecret): Promise<SecretRecord>
  /** @throws AtlasError `not_found` */
  unset(workspace: string, name: string, by: string): Promise<void>
  /** Of those names, the ones that there are. */
  read(workspace: string, names: readonly string[]): Promise<{ name: string; sealed: string; version: number }[]>
  /** Values that they had before, the latest few of each, until it is taken away. */
  before(workspace: string, names: readonly string[]): Promise<{ name: string; sealed: string }[]>
  list(workspace: string): Promise<SecretRecord[]>
}

/** So many of each are kept: what ran with an older one has long ended. */
const mostBefore = 5

/** In the same transaction, before it is given another value. */
async function keepBefore(tx: Transaction<Database>, workspace: string, name: string): Promise<void> {
  await sql`
    insert into secret_before (workspace, name, version, sealed)
    select workspace, name, version, sealed from secret
    where workspace = ${workspace} and name = ${name} and sealed is not null for update
    on conflict do nothing`.execute(tx)
  await sql`
    delete from secret_before where workspace = ${workspace} and name = ${name} and version <= (
      select max(version) - ${mostBefore} from secret_before where workspace = ${workspace} and name = ${name})`.execute(
    tx,
  )
}

export const secrets = ({ db }: Connection): Secrets => ({
  set: (workspace, secret) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        const { name, sealed, by } = secret
        await keepBefore(tx, workspace, name)
        const row = await tx
          .insertInto('secret')
          .values({ workspace, name, sealed, set_by: by })
          .onConflict((conflict) => conflict.columns(['workspace', 'name']).doUpdateSet(next(sealed, by)))
          .returningAll()
          .executeTakeFirstOrThrow()
          .catch(unlessRetired)
        return told(tx, 'secret.set', row)
      }),
    ),
  rotate: (workspace, secret) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        const { name, sealed, by } = secret
        await keepBefore(tx, workspace, name)
        const row = await kept(tx, workspace, name).set(next(sealed, by)).executeTakeFirst().catch(unlessRetired)
        if (!row) throw noSecret(workspace, name)
        return told(tx, 'secret.rotated', row)
      }),
    ),
  unset: (workspace, name, by) =>
    explained(() =>
      db.transaction().execute(async (tx) => {
        // What is taken away is kept no more, whatever it was.
        await tx.deleteFrom('secret_before').where('workspace', '=', workspace).where('name', '=', name).execute()
        const row = await kept(tx, workspace, name).set({ sealed: null, set_by: by }).executeTakeFirst()
        if (!row) throw noSecret(workspace, name)
        await told(tx, 'secret.unset', row)
      }),
    ),
  read: (workspace, names) =>
    explained(async () => {
      if (names.length === 0) return []
      const rows = await db
        .selectFrom('secret')
        .select(['name', 'sealed', 'version'])
        .where('workspace', '=', workspace)
        .where('name', 'in', names)
        .execute()
      return rows.flatMap(({ sealed, ...row }) => (sealed === null ? [] : [{ ...row, sealed }]))
    }),
  before: (workspace, names) =>
    explained(async () => {
      if (names.length === 0) return []
      return db
        .selectFrom('secret_before')
        .select(['name', 'sealed'])
        .where('workspace', '=', workspace)
        .where('name', 'in', names)
        .execute()
    }),
  list: (workspace) =>
    explained(async () => {
      const rows = await db
        .selectFrom('secret')
        .selectAll()
        .where('workspace', '=', workspace)
        .where('sealed', 'is not', null)
        .orderBy('name')
        .execute()
      return rows.map(view)
    }),
})

const next = (sealed: string, by: string) => ({
  sealed,
  set_by: by,
  set_at: sql<Date>`now()`,
  version: sql<number>`secret.version + 1`,
})

const kept = (db: Kysely<Database>, workspace: string, name: string) =>
  db
    .updateTable('secret')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('sealed', 'is not', null)
    .returningAll()

type Row = Selectable<Database['secret']>

async function told(
  tx: Transaction<Database>,
  type: 'secret.set' | 'secret.rotated' | 'secret.unset',
  row: Row,
): Promise<SecretRecord> {
  const { workspace, name, version, set_by: by } = row
  const data = type === 'secret.unset' ? { name, by } : { name, version, by }
  await writeEvents(tx, { workspace, infrastructure: null }, [{ type, data }])
  return view(row)
}

const view = ({ name, version, set_at, set_by }: Row): SecretRecord => ({
  name,
  version,
  setAt: set_at.toISOString(),
  setBy: set_by,
})

const noSecret = (workspace: string, name: string) =>
  new AtlasError('not_found', `Workspace ${workspace} keeps no secret ${name}.`, {
    hint: 'atlas secrets list shows those that Atlas keeps; what other sources keep is changed there',
  })
