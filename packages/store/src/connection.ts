import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database } from './schema.ts'

/** Everything of Atlas stands in this schema of the database. */
export const schema = 'atlas'

export interface Connection {
  url: string
  pool: pg.Pool
  db: Kysely<Database>
}

/**
 * A commit that was answered is on the disk: the journal rests on that, whatever the server's default is. Tables grow
 * from nothing to 10,000 steps before the planner has statistics, and would be read through for every batch of writes
 * (80 ms instead of 2): so indexes are used wherever there is one, and short statements are not compiled.
 */
const session = ['synchronous_commit=on', 'enable_seqscan=off', 'jit=off', `search_path=${schema}`]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** A pool whose connections may break at any moment: idle, or lent out between two queries. The next query tells. */
export function hardyPool(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ keepAlive: true, ...options })
  const unheard = () => {}
  pool.on('error', unheard).on('connect', (client) => client.on('error', unheard))
  return pool
}

/** @param poolSize each running operation needs one connection at a time, the queue and the API share the rest */
export function connect(url: string, { poolSize = 8 }: { poolSize?: number } = {}): Connection {
  const pool = hardyPool({
    connectionString: url,
    max: poolSize,
    options: session,
    application_name: 'atlas',
    connectionTimeoutMillis: 5000,
  })
  return { url, pool, db: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }) }
}
