import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Database } from './schema.ts'

/** Everything of Atlas stands in this schema of the database. */
export const schema = 'atlas'

export interface Connection {
  url: string
  pool: pg.Pool
  /** For what people look at: lists and single infrastructures, in the order of an index. */
  shown: pg.Pool
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

/**
 * A page is read along its index, however few rows the planner believes there are: else 10,000 are sorted for 50. These
 * readers share queries (`shared`, `groupCommit`), so two at once are plenty, and no crowd of them keeps an operation
 * from its connection.
 */
const inOrder = '-c enable_sort=off -c enable_bitmapscan=off'
const shownAtOnce = 2

/** A pool whose connections may break at any moment: idle, or lent out between two queries. The next query tells. */
export function hardyPool(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ keepAlive: true, ...options })
  const unheard = () => {}
  pool.on('error', unheard).on('connect', (client) => client.on('error', unheard))
  return pool
}

/** @param poolSize each running operation needs one connection at a time, the queue and the API share the rest */
export function connect(url: string, { poolSize = 8 }: { poolSize?: number } = {}): Connection {
  const of = (max: number, options: string) =>
    hardyPool({ connectionString: url, max, options, application_name: 'atlas', connectionTimeoutMillis: 5000 })
  const pool = of(poolSize, session)
  return {
    url,
    pool,
    shown: of(shownAtOnce, `${session} ${inOrder}`),
    db: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }),
  }
}
