import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@atlas/postgres'
import { afterAll, beforeAll } from 'vitest'
import { type Connection, connect } from './connection.ts'
import { migrate } from './migrate.ts'

/** A PostgreSQL of its own for a test file. */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'atlas-store-'))
  const server = await startPostgres({ dataDir })
  return {
    url: server.url,
    async drop() {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The same with the tables of this version and a connection, there before the first test of a file and gone after the last. */
export function databaseOfFile(options?: { poolSize: number }): {
  readonly url: string
  readonly connection: Connection
} {
  const opened = {} as { url: string; connection: Connection }
  let database: Awaited<ReturnType<typeof testDatabase>>
  beforeAll(async () => {
    database = await testDatabase()
    opened.url = database.url
    opened.connection = connect(database.url, options)
    await migrate(opened.connection.db)
  })
  afterAll(async () => {
    await opened.connection.db.destroy()
    await database.drop()
  })
  return opened
}
