import { join } from 'node:path'
import { AtlasError, isAtlasError } from '@atlas/core'
import { type PostgresError, startPostgres } from '@atlas/postgres'
import type { Environment } from './settings/environment.ts'

/** Where the journal is. */
export interface Database {
  url: string
  /**
   * What is known of an error that whoever threw it did not know: while the embedded PostgreSQL is down because its disk
   * is full, that nobody answers is a full disk.
   */
  explain(error: unknown): unknown
  /** Resolves with the reason when the embedded PostgreSQL is gone for good; never for one that is not ours. */
  failed: Promise<Error>
  stop(): Promise<void>
}

/** The PostgreSQL that DATABASE_URL names, else the embedded one, which lives and dies with us. */
export async function startDatabase(dataDir: string, { DATABASE_URL: external }: Environment): Promise<Database> {
  if (external !== undefined) {
    return { url: external, explain: (error) => error, failed: new Promise(() => {}), stop: async () => {} }
  }
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') })
  const failed = postgres.ended.then((error) => error ?? new Promise<never>(() => {}))
  const explain = (error: unknown) =>
    postgres.trouble && isAtlasError(error, 'database_unavailable') ? fullDisk(postgres.trouble) : error
  return { url: postgres.url, explain, failed, stop: postgres.stop }
}

const fullDisk = (cause: PostgresError) =>
  new AtlasError('disk_full', 'PostgreSQL has stopped: there is no room on its disk.', {
    hint: 'Free some space where its data folder is (100 MB); it starts then, and what was going on goes on by itself.',
    cause,
  })
