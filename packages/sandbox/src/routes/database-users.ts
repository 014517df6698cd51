import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { conflict, notFound, unprocessable } from '../http/errors.ts'
import { type App, param } from '../http/validation.ts'
import type { Database, DatabaseUser } from '../records/types.ts'
import { databaseOf, newPassword } from './database-request.ts'

const name = z.string('name is required').min(1, 'name is required').max(63)
const settings = z.record(z.string(), z.unknown()).nullish()
const create = z.object({ name, settings, readonly: z.boolean().nullish() })

/** Users and databases of a cluster. */
export function databaseUserRoutes(app: App, cloud: Cloud): void {
  const users = '/v2/databases/:database_id/users'
  app.get(users, async (request) => ({ users: databaseOf(cloud, request).users }))

  app.post(users, { schema: { body: create } }, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const { name, settings } = request.body
    if (database.users.some((user) => user.name === name)) throw conflict('a user with this name already exists')
    const user: DatabaseUser = { name, role: 'normal', password: newPassword(), ...(settings && { settings }) }
    await change(cloud, database, { users: [...database.users, user] })
    reply.code(201)
    return { user }
  })

  app.get(`${users}/:username`, async (request) => ({ user: userOf(databaseOf(cloud, request), request) }))

  app.put(`${users}/:username`, { schema: { body: z.object({ settings }) } }, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const before = userOf(database, request)
    const user = { ...before, ...(request.body.settings && { settings: request.body.settings }) }
    reply.code(201)
    return { user: await replace(cloud, database, user) }
  })

  app.post(`${users}/:username/reset_auth`, async (request) => {
    const database = databaseOf(cloud, request)
    return { user: await replace(cloud, database, { ...userOf(database, request), password: newPassword() }) }
  })

  app.delete(`${users}/:username`, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const user = userOf(database, request)
    if (user.role === 'primary') throw unprocessable('the primary user cannot be deleted')
    await change(cloud, database, { users: database.users.filter((other) => other !== user) })
    return reply.code(204).send()
  })

  const names = '/v2/databases/:database_id/dbs'
  app.get(names, async (request) => ({
    dbs: withDatabases(databaseOf(cloud, request)).names.map((name) => ({ name })),
  }))

  app.post(names, { schema: { body: z.object({ name }) } }, async (request, reply) => {
    const database = withDatabases(databaseOf(cloud, request))
    const { name } = request.body
    if (database.names.includes(name)) throw conflict('a database with this name already exists')
    await change(cloud, database, { names: [...database.names, name] })
    reply.code(201)
    return { db: { name } }
  })

  app.get(`${names}/:name`, async (request) => ({
    db: { name: nameOf(withDatabases(databaseOf(cloud, request)), request) },
  }))

  app.delete(`${names}/:name`, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const name = nameOf(database, request)
    await change(cloud, database, { names: database.names.filter((other) => other !== name) })
    return reply.code(204).send()
  })
}

/** @throws ApiError 404 */
function userOf(database: Database, request: { params: unknown }): DatabaseUser {
  const user = database.users.find(({ name }) => name === param(request, 'username'))
  if (!user) throw notFound('user not found')
  return user
}

async function replace(cloud: Cloud, database: Database, user: DatabaseUser): Promise<DatabaseUser> {
  await change(cloud, database, { users: database.users.map((other) => (other.name === user.name ? user : other)) })
  return user
}

/** Answered when the server has it: who is told of a user can log in. */
async function change(cloud: Cloud, { id }: Database, part: Partial<Database>): Promise<void> {
  cloud.databases.update(id, part)
  await cloud.databaseKeeper.upToDate(id)
}

function nameOf({ names }: Database, request: { params: unknown }): string {
  const name = param(request, 'name')
  if (!names.includes(name)) throw notFound('database not found')
  return name
}

function withDatabases(database: Database): Database {
  const able = ['pg', 'mysql', 'mongodb'].includes(database.engine)
  if (!able) throw unprocessable(`databases are not supported by ${database.engine} clusters`)
  return database
}
