import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SandboxProcess, until } from './sandbox.fixture.ts'

interface Cluster {
  database: { id: string; status: string; connection: { uri: string; host: string } }
}

let cloud: SandboxProcess
beforeAll(async () => {
  cloud = await SandboxProcess.start('--backend', 'process')
})
afterAll(() => cloud.remove())

async function create(name: string, more: object = {}): Promise<Cluster['database']> {
  const body = { name, engine: 'pg', num_nodes: 1, size: 'db-s-1vcpu-1gb', region: 'nyc3', ...more }
  const made = await cloud.call<Cluster>('POST', '/v2/databases', body)
  expect(made.status).toBe(201)
  return online(made.body.database.id)
}

async function online(id: string): Promise<Cluster['database']> {
  const look = () => cloud.get<Cluster>(`/v2/databases/${id}`)
  return (await until(look, ({ database }) => database.status === 'online')).database
}

async function query(uri: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: uri })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** The same cluster's address for another login or database. */
function as(uri: string, changes: { user?: string; password?: string; name?: string }): string {
  const url = new URL(uri)
  if (changes.user) url.username = changes.user
  if (changes.password) url.password = changes.password
  if (changes.name) url.pathname = changes.name
  return url.href
}

test('a cluster is a PostgreSQL that keeps what it is told, over a restart of the sandbox too', async () => {
  const { id, connection } = await create('kept')
  await query(connection.uri, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await cloud.kill('SIGTERM')
  await cloud.startAgain('--backend', 'process')
  const { connection: again } = await online(id)
  const answer = () => query(again.uri, 'SELECT answer FROM kept').catch(() => [])
  expect(await until(answer, (rows) => rows.length === 1)).toEqual([{ answer: 42 }])
})

test('users and databases of the API are there when it has answered, and those made in SQL are left alone', async () => {
  const { id, connection } = await create('shared')
  await query(connection.uri, 'CREATE DATABASE own')
  expect((await cloud.call('POST', `/v2/databases/${id}/dbs`, { name: 'shop' })).status).toBe(201)
  const path = `/v2/databases/${id}/users`
  const { body } = await cloud.call<{ user: { name: string; password: string } }>('POST', path, { name: 'app' })
  const app = as(connection.uri, { user: 'app', password: body.user.password, name: 'shop' })
  expect(await query(app, 'SELECT current_user AS me')).toEqual([{ me: 'app' }])

  const { body: reset } = await cloud.call<{ user: { password: string } }>('POST', `${path}/app/reset_auth`, {})
  await expect(query(app, 'SELECT 1')).rejects.toThrow('password authentication failed')
  expect(await query(as(app, { password: reset.user.password }), 'SELECT 1 AS one')).toEqual([{ one: 1 }])

  expect((await cloud.call('DELETE', `${path}/app`)).status).toBe(204)
  expect((await cloud.call('DELETE', `/v2/databases/${id}/dbs/shop`)).status).toBe(204)
  await expect(query(as(connection.uri, { name: 'shop' }), 'SELECT 1')).rejects.toThrow('does not exist')
  expect(await query(as(connection.uri, { name: 'own' }), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a cluster made from another starts with its data and goes its own way', async () => {
  const { connection } = await create('first')
  await query(connection.uri, 'CREATE TABLE story AS SELECT 1 AS chapter')
  const fork = await create('second', { backup_restore: { database_name: 'first' } })
  expect(fork.connection.host).not.toBe(connection.host)
  await query(connection.uri, 'UPDATE story SET chapter = 2')
  expect(await query(fork.connection.uri, 'SELECT chapter FROM story')).toEqual([{ chapter: 1 }])
})

test('a deleted cluster refuses, and another engine is a record that resolves to nothing', async () => {
  const { id, connection } = await create('brief')
  expect((await cloud.call('DELETE', `/v2/databases/${id}`)).status).toBe(204)
  const refusal = () => query(connection.uri, 'SELECT 1').then(() => '', String)
  expect(await until(refusal, (error) => error.includes('ECONNREFUSED'))).toContain('ECONNREFUSED')
  const { connection: cache } = await create('cache', { engine: 'valkey' })
  expect(cache.host).toMatch(/\.invalid$/)
})
