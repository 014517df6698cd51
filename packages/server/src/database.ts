import { join } from 'node:path'
import { startPostgres } from '@atlas/postgres'
import type { Environment } from './environment.ts'

/** Where the journal is. */
export interface Database {
  url: string
  /** Resolves with the reason when the embedded PostgreSQL is gone for good; never for one that is not ours. */
  failed: Promise<Error>
  stop(): Promise<void>
}

/** The PostgreSQL that DATABASE_URL names, else the embedded one, which lives and dies with us. */
export async function startDatabase(dataDir: string, { DATABASE_URL: external }: Environment): Promise<Database> {
  if (external !== undefined) return { url: external, failed: new Promise(() => {}), stop: async () => {} }
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') })
  const failed = postgres.ended.then((error) => error ?? new Promise<never>(() => {}))
  return { url: postgres.url, failed, stop: postgres.stop }
}
