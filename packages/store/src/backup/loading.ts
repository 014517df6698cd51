import type { Writable } from 'node:stream'
import { AtlasError } from '@atlas/core'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import { connect, schema } from '../connection.ts'
import { migrate, migrateTo } from '../migrate.ts'
import { migrations as known } from '../migrations/index.ts'
import { queueSchema } from '../queue.ts'
import { explain } from '../trouble.ts'
import { columnsIn, quoted, type Sequence, type Table, tablesOf } from './tables.ts'

/** A database that takes a snapshot in, whole or not at all. */
export interface Loading {
  write(table: Table): Writable
  /** Commits, and brings the tables to this version. Gives how many operations were under way in the snapshot. */
  finish(sequences: readonly Sequence[]): Promise<{ ended: number }>
  /** As if nothing had been written. */
  abort(): Promise<void>
}

export interface LoadingOptions {
  /** Of the snapshot. */
  migrations: readonly string[]
  /** What the database holds of Atlas is dropped first. */
  replace: boolean
}

/**
 * Makes the tables as they were when the snapshot was taken, and waits for its rows.
 * @throws AtlasError `not_empty`, `config_invalid` (a newer Atlas made the snapshot), `data_folder_busy` (a server uses
 * the database), `database_unavailable`
 */
export async function openLoading(url: string, { migrations, replace }: LoadingOptions): Promise<Loading> {
  const unknown = migrations.filter((name) => !(name in known))
  if (unknown.length > 0) throw newer(unknown)
  const client = new pg.Client({ connectionString: url, application_name: 'atlas restore' })
  client.on('error', () => {})
  try {
    await client.connect()
    await refuseInUse(client)
    await makeRoom(client, replace)
    await migrated(url, migrations.at(-1))
    await client.query('begin')
    const tables = (await tablesOf(client)).map(({ name }) => `${schema}.${quoted(name)}`)
    // What triggers made of these rows is among them already.
    const triggers = async (how: 'enable' | 'disable') => {
      for (const table of tables) await client.query(`alter table ${table} ${how} trigger user`)
    }
    await triggers('disable')
    // Migrations write first rows of their own.
    await client.query(`truncate ${tables.join(', ')}`)
    return {
      write: (table) => client.query(from(`copy ${columnsIn(table)} from stdin`)),
      async finish(sequences) {
        for (const { name, last } of sequences)
          if (last !== null)
            await client.query('select setval($1::regclass, $2::bigint)', [`${schema}.${quoted(name)}`, last])
        const ended = await endUnfinished(client)
        await triggers('enable')
        await client.query('commit')
        await client.end()
        await migrated(url)
        return { ended }
      },
      async abort() {
        await client.query('rollback').catch(() => {})
        await client.end().catch(() => {})
      },
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw explain(error)
  }
}

async function migrated(url: string, last?: string): Promise<void> {
  const { db } = connect(url, { poolSize: 2 })
  try {
    await (last === undefined ? migrate(db) : migrateTo(db, last))
  } finally {
    await db.destroy()
  }
}

/**
 * What was under way then is over by now, in whatever way: it is asked to end, so that its open calls are settled by looking
 * and nothing of it is begun. Going on with it could destroy what was made since.
 */
async function endUnfinished(client: pg.Client): Promise<number> {
  const { rowCount } = await client.query(
    `update ${schema}.operation set cancel_requested = true where status in ('waiting', 'queued', 'running')`,
  )
  return rowCount ?? 0
}

async function refuseInUse(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name in ('atlas', 'atlas listener')`,
  )
  if (rows[0]!.count === 0) return
  throw new AtlasError('data_folder_busy', 'A server is using this database.', { hint: 'stop every server that does' })
}

async function makeRoom(client: pg.Client, replace: boolean): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    `${schema}.infrastructure`,
  ])
  if (rows[0]!.there && !replace && (await holdsAnything(client)))
    throw new AtlasError('not_empty', 'The database holds an installation of Atlas already.', {
      hint: 'restore into an empty one, or add --replace to lose what this one holds',
    })
  await client.query(`drop schema if exists ${schema} cascade`)
  await client.query(`drop schema if exists ${queueSchema} cascade`)
}

async function holdsAnything(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ any: boolean }>(
    `select exists (select from ${schema}.infrastructure) or exists (select from ${schema}.event) as any`,
  )
  return rows[0]!.any
}

const newer = (unknown: readonly string[]) =>
  new AtlasError('config_invalid', `A newer Atlas made this backup: it has ${unknown.join(', ')}.`, {
    hint: 'restore it with the version that made it, or a newer one',
  })
