import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newClient, newSpec } from '../testing/clients.ts'
import { type DatabaseSpec, type Databases, openDatabases } from './databases.ts'

let databases: Databases
let dataDir: string
let spec: DatabaseSpec
let newAddress: () => string

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'atlas-databases-'))
  databases = openDatabases({ dataDir })
  const client = await newClient()
  newAddress = () => newSpec(client).address
  spec = {
    id: 'db-1',
    address: newAddress(),
    users: [{ name: 'doadmin', password: "pa'ss word" }],
    names: ['defaultdb'],
  }
})
afterAll(() => databases.close())

async function query(at: DatabaseSpec, login: number, database: string, sql: string) {
  const { name, password } = at.users[login]!
  const client = new pg.Client({ host: at.address, port: 25_060, user: name, password, database })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('a cluster answers at its own address, port 25060, with its administrator and database', async () => {
  expect(await databases.ensure(spec)).toEqual({ host: spec.address, port: 25_060 })
  expect(await databases.ensure(spec)).toEqual({ host: spec.address, port: 25_060 })
  await query(spec, 0, 'defaultdb', 'CREATE TABLE kept AS SELECT 42 AS answer')
  const rows = await query(
    spec,
    0,
    'defaultdb',
    'SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user',
  )
  expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true }])
  const wrong = { ...spec, users: [{ name: 'doadmin', password: 'wrong' }] }
  await expect(query(wrong, 0, 'defaultdb', 'SELECT 1')).rejects.toThrow('password authentication failed')
})

test('users and databases come and go as the record says, and what a gone user owned stays', async () => {
  const more = { ...spec, users: [...spec.users, { name: 'app', password: 'one' }], names: ['defaultdb', 'shop'] }
  await databases.ensure(more)
  await query(more, 0, 'shop', 'GRANT CREATE ON SCHEMA public TO app')
  await query(more, 1, 'shop', 'CREATE TABLE goods AS SELECT 1 AS n')
  await databases.ensure({ ...more, users: [...spec.users, { name: 'app', password: 'two' }] })
  await expect(query(more, 1, 'shop', 'SELECT 1')).rejects.toThrow('password')
  const less = { ...spec, names: ['defaultdb', 'shop'] }
  await databases.ensure(less)
  expect(await query(less, 0, 'shop', 'SELECT n FROM goods')).toEqual([{ n: 1 }])
  await databases.ensure(spec)
  await expect(query(spec, 0, 'shop', 'SELECT 1')).rejects.toThrow('does not exist')
})

test('a stopped cluster refuses, and comes back with its data, also in another life of the sandbox', async () => {
  await databases.stop(spec.id)
  await expect(query(spec, 0, 'defaultdb', 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  const again = openDatabases({ dataDir })
  await again.ensure(spec)
  expect(await query(spec, 0, 'defaultdb', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  await again.close()
  await databases.ensure(spec)
})

test('a backup restores into a new cluster as it was; a fork is of now; the first one goes on', async () => {
  const { bytes } = await databases.backup(spec.id, 'b-1')
  expect(bytes).toBeGreaterThan(10_000_000)
  await query(spec, 0, 'defaultdb', 'UPDATE kept SET answer = 43')
  const users = [{ name: 'doadmin', password: 'new' }]
  const restored: DatabaseSpec = { ...spec, id: 'db-2', address: newAddress(), users, from: { backup: 'b-1' } }
  const forked: DatabaseSpec = { ...spec, id: 'db-3', address: newAddress(), users, from: { cluster: spec.id } }
  await Promise.all([databases.ensure(restored), databases.ensure(forked)])
  const answers = await Promise.all(
    [restored, forked, spec].map((one) => query(one, 0, 'defaultdb', 'SELECT answer FROM kept')),
  )
  expect(answers.flat()).toEqual([{ answer: 42 }, { answer: 43 }, { answer: 43 }])
  await databases.deleteBackup('b-1')
  await expect(databases.ensure({ ...restored, id: 'db-4', address: newAddress() })).rejects.toThrow('b-1')
})

test('a destroyed cluster is gone with its files', async () => {
  for (const id of ['db-1', 'db-2', 'db-3']) await databases.destroy(id)
  await databases.destroy('db-1')
  await expect(query(spec, 0, 'defaultdb', 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  expect(existsSync(join(dataDir, 'clusters', 'db-1'))).toBe(false)
})
