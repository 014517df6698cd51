import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { conflict, notFound, unprocessable } from '../http/errors.ts'
import { type App, param } from '../http/validation.ts'
import type { Database, DatabasePool } from '../records/types.ts'
import { poolShape } from '../shapes/database.ts'
import { databaseOf } from './database-request.ts'

const settings = z.object({
  mode: z.enum(['session', 'transaction', 'statement']),
  size: z.number().int().min(1, 'invalid size'),
  db: z.string('db is required'),
  user: z.string().optional(),
})
const create = settings.extend({ name: z.string('name is required').min(1).max(63) })

/** Connection pools of PostgreSQL clusters. */
export function databasePoolRoutes(app: App, cloud: Cloud): void {
  const pools = '/v2/databases/:database_id/pools'
  app.get(pools, async (request) => {
    const database = postgres(cloud, request)
    return { pools: database.pools.map((pool) => poolShape(database, pool)) }
  })

  app.post(pools, { schema: { body: create } }, async (request, reply) => {
    const database = postgres(cloud, request)
    const pool = checked(database, request.body)
    if (database.pools.some(({ name }) => name === pool.name)) throw conflict('a pool with this name already exists')
    cloud.databases.update(database.id, { pools: [...database.pools, pool] })
    reply.code(201)
    return { pool: poolShape(database, pool) }
  })

  app.get(`${pools}/:name`, async (request) => {
    const database = postgres(cloud, request)
    return { pool: poolShape(database, poolOf(database, request)) }
  })

  app.put(`${pools}/:name`, { schema: { body: settings } }, async (request, reply) => {
    const database = postgres(cloud, request)
    const before = poolOf(database, request)
    const changed = checked(database, { ...request.body, name: before.name })
    cloud.databases.update(database.id, { pools: database.pools.map((pool) => (pool === before ? changed : pool)) })
    return reply.code(204).send()
  })

  app.delete(`${pools}/:name`, async (request, reply) => {
    const database = postgres(cloud, request)
    const gone = poolOf(database, request)
    cloud.databases.update(database.id, { pools: database.pools.filter((pool) => pool !== gone) })
    return reply.code(204).send()
  })
}

function postgres(cloud: Cloud, request: { params: unknown }): Database {
  const database = databaseOf(cloud, request)
  if (database.engine !== 'pg') throw unprocessable(`pools are not supported by ${database.engine} clusters`)
  return database
}

/** @throws ApiError 404 */
function poolOf({ pools }: Database, request: { params: unknown }): DatabasePool {
  const pool = pools.find(({ name }) => name === param(request, 'name'))
  if (!pool) throw notFound('pool not found')
  return pool
}

function checked(database: Database, { user, ...pool }: z.output<typeof create>): DatabasePool {
  if (!database.names.includes(pool.db)) throw notFound('database not found')
  if (user && !database.users.some(({ name }) => name === user)) throw notFound('user not found')
  return { ...pool, ...(user && { user }) }
}
