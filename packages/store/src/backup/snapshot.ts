import type { Readable } from 'node:stream'
import pg from 'pg'
import { to } from 'pg-copy-streams'
import { schema } from '../connection.ts'
import { explain } from '../trouble.ts'
import { columnsIn, type Sequence, sequencesOf, type Table, tablesOf } from './tables.ts'

/** All that Atlas keeps in a database, as it was at one moment; others go on writing meanwhile. */
export interface Snapshot {
  /** Names of the migrations that made these tables, in their order. */
  migrations: string[]
  tables: Table[]
  sequences: Sequence[]
  /** The rows in COPY's text format. One table after the other. */
  read(table: Table): Readable
  close(): Promise<void>
}

/**
 * The queue is not in it: jobs are sent again for operations that have none.
 * @param url with the password in it: never logged
 * @throws AtlasError `database_unavailable`
 */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url, application_name: 'atlas backup' })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('begin transaction isolation level repeatable read read only')
    // Locked against being dropped or altered, which a snapshot alone does not see to.
    const tables = await tablesOf(client)
    for (const table of tables) await client.query(`lock table ${schema}."${table.name}" in access share mode`)
    const { rows } = await client.query<{ name: string }>(`select name from ${schema}.kysely_migration order by name`)
    return {
      migrations: rows.map(({ name }) => name),
      tables,
      sequences: await sequencesOf(client),
      read: (table) => client.query(to(`copy ${columnsIn(table)} to stdout`)),
      close: () => client.end(),
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw explain(error)
  }
}
