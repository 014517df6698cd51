import { expect, test } from 'vitest'
import { far } from '../sources/far.fixture.ts'
import { contextManagerSecrets } from './context-manager.ts'
import { vaultSecrets } from './vault.ts'

// Vault as its documents say of KV version 2; Context Manager as docs/secrets.md says.

const place = { workspace: 'team', project: 'hosto/matic', environment: 'prod' }
const names = ['DB_PASSWORD', 'PROD_DB_PASSWORD']
const inVault = (url: string) =>
  vaultSecrets({
    url,
    login: { roleId: 'r', secretId: 's' },
    mount: 'secret',
    path: 'atlas/{workspace}/{project}/{environment}',
  })
const grant = { status: 200, body: { auth: { client_token: 'hvs.1', lease_duration: 3600, renewable: true } } }

test('Vault has one path for each environment of a project, and counts its versions', async () => {
  const secret = { data: { DB_PASSWORD: 'one', OTHER: 'two' }, metadata: { version: 7 } }
  await using vault = await far(({ path }) =>
    path.endsWith('/login') ? grant : { status: 200, body: { data: secret } },
  )
  expect([...(await inVault(vault.url).read(place, names))]).toEqual([['DB_PASSWORD', { value: 'one', version: '7' }]])
  expect(vault.asked.at(-1)?.path).toBe('/v1/secret/data/atlas/team/hosto%2Fmatic/prod')
})

test('Context Manager is asked for the environment of a project, and its empty values are none', async () => {
  const body = { secrets: { DB_PASSWORD: 'one', PROD_DB_PASSWORD: '' } }
  await using manager = await far(() => ({ status: 200, body }))
  const source = contextManagerSecrets({ url: manager.url, token: 'hello' })
  expect([...(await source.read(place, names))]).toEqual([['DB_PASSWORD', { value: 'one' }]])
  expect(manager.asked).toMatchObject([
    { path: '/api/v1/workspaces/team/secrets/hosto%2Fmatic/prod', headers: { authorization: 'Bearer hello' } },
  ])
})

test.each([
  ['nothing there', 404, undefined],
  ['a refusal', 403, 'config_invalid'],
  ['a place that is down', 503, 'credential_unavailable'],
])('%s is told apart', async (_, status, code) => {
  await using there = await far(({ path }) => (path.endsWith('/login') ? grant : { status, body: { errors: [] } }))
  for (const source of [inVault(there.url), contextManagerSecrets({ url: there.url })]) {
    const found = await source.read(place, names).catch((error) => error)
    if (code === undefined) expect([...found]).toEqual([])
    else expect(found).toMatchObject({ code })
  }
})
