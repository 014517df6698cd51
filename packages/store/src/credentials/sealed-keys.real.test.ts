import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { secrets } from '../secrets/secrets.ts'
import { webhooks } from '../webhooks/webhooks.ts'
import { credentials } from './credentials.ts'
import { sealedColumns } from './sealed-columns.ts'
import { sealedKeys } from './sealed-keys.ts'

const database = databaseOfFile()

beforeEach(() => database.connection.pool.query('truncate credential, credential_use, secret, vault_key cascade'))

const envelope = (key: string, plain: string) => `av1.${key}.n.t.${plain}`
const put = (key: string, workspace: string) =>
  credentials(database.connection).put(workspace, 'digitalocean', {
    sealed: envelope(key, workspace),
    fingerprint: 'f',
  })
const read = async (workspace: string) =>
  (await credentials(database.connection).read(workspace, 'digitalocean'))?.sealed

test('of several who seal first, one says with which key', async () => {
  const keys = sealedKeys(database.connection)
  expect(await keys.primary()).toBeUndefined()
  const chosen = await Promise.all(['a', 'b', 'c'].map((id) => keys.begin(id)))
  expect(new Set(chosen).size).toBe(1)
  expect(await keys.known()).toEqual([chosen[0]])
})

test('a rotation reseals every row, in batches, with what the row belongs to', async () => {
  const keys = sealedKeys(database.connection)
  await keys.begin('old')
  const workspaces = Array.from({ length: 230 }, (_, n) => `w${n}`)
  for (const workspace of workspaces) await put('old', workspace)
  await keys.promote('new')
  const belongings: string[][] = []
  const count = await keys.reseal((sealed, belonging) => {
    belongings.push(belonging)
    return envelope('new', sealed.split('.').at(-1)!)
  })
  expect(count).toBe(230)
  expect(belongings.map(([, workspace]) => workspace).sort()).toEqual([...workspaces].sort())
  expect(belongings[0]).toEqual(['credential', belongings[0]![1], 'digitalocean'])
  expect(await read('w7')).toBe(envelope('new', 'w7'))
  expect(await keys.retire()).toEqual(['old'])
  expect(await keys.known()).toEqual(['new'])
})

test('the secrets that a webhook had before are resealed too, each as itself', async () => {
  const keys = sealedKeys(database.connection)
  const hooks = webhooks(database.connection)
  await keys.begin('old')
  const id = randomUUID()
  const hook = { id, url: 'https://hooks.example.com/', description: '', types: ['*'] }
  await hooks.create('default', { ...hook, sealedSecret: envelope('old', 'first') })
  for (const plain of ['second', 'third'])
    await hooks.rotate('default', id, { sealedSecret: envelope('old', plain), overlapHours: 1 })
  await keys.promote('new')
  const belongings = new Set<string>()
  const count = await keys.reseal((sealed, belonging) => {
    belongings.add(belonging.join(' '))
    return sealed.replace('.old.', '.new.')
  })
  expect([count, [...belongings]]).toEqual([3, [`webhook default ${id}`]])
  const { sealedSecrets } = await hooks.get('default', id)
  expect(sealedSecrets).toEqual(['third', 'second', 'first'].map((plain) => envelope('new', plain)))
  expect(await keys.retire()).toEqual(['old'])
})

test('secrets of services are resealed too; one that was taken away holds up nothing', async () => {
  const keys = sealedKeys(database.connection)
  const store = secrets(database.connection)
  await keys.begin('old')
  for (const name of ['DB_PASSWORD', 'GONE'])
    await store.set('default', { name, sealed: envelope('old', name), by: 'anna' })
  await store.unset('default', 'GONE', 'anna')
  await keys.promote('new')
  expect(await keys.reseal((sealed) => sealed.replace('.old.', '.new.'))).toBe(1)
  expect(await store.read('default', ['DB_PASSWORD', 'GONE'])).toEqual([
    { name: 'DB_PASSWORD', sealed: envelope('new', 'DB_PASSWORD'), version: 1 },
  ])
  expect(await keys.retire()).toEqual(['old'])
})

test('a rotation that broke off in the middle goes on, and its old key stays until then', async () => {
  const keys = sealedKeys(database.connection)
  await keys.begin('old')
  for (let n = 0; n < 150; n += 1) await put('old', `w${n}`)
  await keys.promote('new')
  let done = 0
  const breaking = keys.reseal((sealed) => {
    if (++done > 120) throw new Error('the process is gone')
    return sealed.replace('.old.', '.new.')
  })
  await expect(breaking).rejects.toThrow('the process is gone')
  expect(await keys.retire()).toEqual([])
  expect(await keys.known()).toEqual(['old', 'new'])
  expect(await keys.reseal((sealed) => sealed.replace('.old.', '.new.'))).toBe(50)
  expect(await keys.retire()).toEqual(['old'])
})

test('nothing can be sealed with a key that has been retired', async () => {
  const keys = sealedKeys(database.connection)
  await keys.begin('old')
  await keys.promote('new')
  await put('old', 'late')
  expect(await keys.retire()).toEqual([])
  await keys.reseal((sealed) => sealed.replace('.old.', '.new.'))
  expect(await keys.retire()).toEqual(['old'])
  await expect(put('old', 'too-late')).rejects.toMatchObject({ code: 'vault_sealed' })
})

test('every column that holds sealed texts is known to the rotation', async () => {
  const { rows } = await database.connection.pool.query(
    `select table_name from information_schema.columns where table_schema = 'atlas' and column_name = 'key_id' order by 1`,
  )
  expect(rows.map(({ table_name }) => table_name)).toEqual(sealedColumns.map(({ table }) => table).sort())
})
