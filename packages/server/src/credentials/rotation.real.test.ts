import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '@atlas/store'
import { keyText, newKey, readKeyFile } from '@atlas/vault'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { postgres } from '../api.fixture.ts'
import { keyFile, keyPlace, vaultOf } from './keys.ts'
import { finishRotation, rotateKey, type Stage } from './rotation.ts'
import { sealer } from './sealer.ts'

let database: Awaited<ReturnType<typeof postgres>>
let store: Store
let dataDir: string

beforeAll(async () => {
  database = await postgres()
  store = await openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.stop()
})
beforeEach(async () => {
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query('truncate atlas.credential, atlas.vault_key cascade')
  await client.end()
  dataDir = mkdtempSync(join(tmpdir(), 'atlas-rotation-'))
  return () => rmSync(dataDir, { recursive: true })
})

const belonging = (workspace: string) => ['credential', workspace, 'digitalocean'] as const

/** A server that starts: its keys from the file, the primary from the database. */
async function start(env: { ATLAS_VAULT_KEY?: string } = {}) {
  const place = keyPlace(dataDir, { ATLAS_VAULT_KEY: env.ATLAS_VAULT_KEY })
  const vault = await vaultOf(place, store.sealedKeys)
  const parts = { store, vault, place, learn: () => {} }
  return { ...parts, sealer: sealer(vault, store) }
}

async function keep(server: Awaited<ReturnType<typeof start>>, workspaces: string[]) {
  for (const one of workspaces) {
    const sealed = await server.sealer.seal(`secret of ${one}`, belonging(one))
    await store.credentials.put(one, 'digitalocean', { sealed, fingerprint: one })
  }
}

async function opened(server: Awaited<ReturnType<typeof start>>, workspace: string) {
  const row = await store.credentials.read(workspace, 'digitalocean')
  return server.vault.open(row!.sealed, belonging(workspace))
}

test('after a rotation the new key opens everything, and the old one is gone from the file', async () => {
  const server = await start()
  await keep(server, ['a', 'b', 'c'])
  const [old] = readKeyFile(keyFile(dataDir))
  const rotation = await rotateKey(server)
  expect(rotation).toMatchObject({ resealed: 3, retired: [old.id], leftInEnvironment: [] })
  expect(readKeyFile(keyFile(dataDir)).map(({ id }) => id)).toEqual([rotation.keyId])
  expect(readFileSync(keyFile(dataDir), 'utf8')).not.toContain(keyText(old))
  expect(await opened(await start(), 'b')).toBe('secret of b')
})

test.each<Stage>(['key kept', 'key promoted', 'resealed', 'old keys retired'])(
  'a rotation that is killed after "%s" loses nothing, and the next start ends it',
  async (stage) => {
    const server = await start()
    await keep(server, ['a', 'b'])
    const killed = rotateKey(server, (reached) => {
      if (reached === stage) throw new Error('killed')
    })
    await expect(killed).rejects.toThrow('killed')

    const next = await start()
    expect(await opened(next, 'a')).toBe('secret of a')
    await finishRotation(next)
    await keep(next, ['late'])
    for (const one of ['a', 'b', 'late']) expect(await opened(next, one)).toBe(`secret of ${one}`)
    expect(readKeyFile(keyFile(dataDir))).toHaveLength(1)
    expect(await opened(await start(), 'late')).toBe('secret of late')
  },
)

test('keys of the environment: the new one in front takes over when it is told to, the old one is named', async () => {
  const [old, young] = [newKey(), newKey()]
  const before = await start({ ATLAS_VAULT_KEY: keyText(old) })
  await keep(before, ['a'])
  const after = await start({ ATLAS_VAULT_KEY: `${keyText(young)},${keyText(old)}` })
  expect(after.vault.keyIds()[0]).toBe(old.id)
  const rotation = await rotateKey(after)
  expect(rotation).toMatchObject({ keyId: young.id, resealed: 1, leftInEnvironment: [old.id] })
  const last = await start({ ATLAS_VAULT_KEY: keyText(young) })
  expect(await opened(last, 'a')).toBe('secret of a')
  await expect(start({ ATLAS_VAULT_KEY: keyText(old) })).rejects.toMatchObject({ code: 'config_invalid' })
})
