import { beforeAll, expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { credentials } from './credentials.ts'
import { sealedKeys } from './sealed-keys.ts'

const database = databaseOfFile()

beforeAll(async () => {
  await sealedKeys(database.connection).begin('k')
})

test('a credential belongs to one workspace; set again it is rotated, removed it is gone', async () => {
  const store = credentials(database.connection)
  const first = await store.put('acme', 'digitalocean', { sealed: 'av1.k.1', fingerprint: 'one' })
  expect(first).toMatchObject({ provider: 'digitalocean', fingerprint: 'one', rotatedAt: null })
  const second = await store.put('acme', 'digitalocean', { sealed: 'av1.k.2', fingerprint: 'two' })
  expect(second).toMatchObject({ fingerprint: 'two', createdAt: first.createdAt, rotatedAt: expect.any(String) })
  expect(await store.read('acme', 'digitalocean')).toEqual({ sealed: 'av1.k.2', fingerprint: 'two' })
  expect(await store.list('acme')).toEqual([second])

  expect(await store.read('other', 'digitalocean')).toBeUndefined()
  expect(await store.list('other')).toEqual([])
  await expect(store.remove('other', 'digitalocean')).rejects.toMatchObject({ code: 'not_found' })
  await store.remove('acme', 'digitalocean')
  await expect(store.remove('acme', 'digitalocean')).rejects.toMatchObject({ code: 'not_found' })
})

test('the last use is written when it is another credential, and otherwise once a minute', async () => {
  const store = credentials(database.connection)
  const use = { provider: 'digitalocean', source: 'environment', fingerprint: 'one' }
  await store.used('acme', use)
  const [first] = await store.uses('acme')
  await store.used('acme', use)
  expect(await store.uses('acme')).toEqual([first])
  await store.used('acme', { ...use, source: 'sealed', fingerprint: 'two' })
  expect(await store.uses('acme')).toMatchObject([{ source: 'sealed', fingerprint: 'two' }])
  expect(await store.uses('other')).toEqual([])
})
