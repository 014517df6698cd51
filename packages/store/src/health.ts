import { isAtlasError } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from './connection.ts'
import { workerLocks } from './liveness.ts'
import { explained } from './trouble.ts'

export interface Health {
  database: 'ok' | 'unreachable'
  /** Alive on any node, this process among them. */
  workers: number
  queued: number
  running: number
}

export async function readHealth({ db }: Connection): Promise<Health> {
  try {
    return await explained(async () => {
      const { rows } = await sql<Omit<Health, 'database'>>`
        select
          (select count(*)::int from pg_locks where locktype = 'advisory' and classid = ${workerLocks} and granted
            and database = (select oid from pg_database where datname = current_database())) as workers,
          (select count(*)::int from operation where status = 'queued') as queued,
          (select count(*)::int from operation where status = 'running') as running`.execute(db)
      return { database: 'ok' as const, ...rows[0]! }
    })
  } catch (error) {
    if (isAtlasError(error, 'database_unavailable'))
      return { database: 'unreachable', workers: 0, queued: 0, running: 0 }
    throw error
  }
}
