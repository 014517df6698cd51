import { AtlasError } from '@atlas/core'
import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from './migrations/index.ts'
import type { Database } from './schema.ts'
import { explain } from './trouble.ts'

/**
 * Brings the database to this version's tables. Safe to start on many nodes at once: the migrator holds a lock.
 * @throws AtlasError `config_invalid` when a newer Atlas has been here, `database_unavailable`, `disk_full`
 */
export async function migrate(db: Kysely<Database>): Promise<void> {
  const { error } = await migrator(db).migrateToLatest()
  if (error === undefined) return
  if (error instanceof Error && error.message.includes('corrupted migrations')) {
    throw new AtlasError('config_invalid', `This database belongs to another version of Atlas: ${error.message}.`, {
      hint: 'Start the version that used it last, or a newer one.',
      cause: error,
    })
  }
  throw explain(error)
}

/** To the tables of an earlier version, in a database without any: what was kept of that version goes in there. */
export async function migrateTo(db: Kysely<Database>, last: string): Promise<void> {
  const { error } = await migrator(db).migrateTo(last)
  if (error !== undefined) throw explain(error)
}

const migrator = (db: Kysely<Database>) =>
  new Migrator({ db, provider: { getMigrations: async () => migrations }, migrationTableSchema: 'atlas' })
