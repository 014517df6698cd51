import { expect, onTestFinished, test, vi } from 'vitest'
import { type Asked, far } from './far.fixture.ts'
import { hashicorpVaultSource } from './hashicorp-vault.ts'

// Speaks what Vault's documents say of KV version 2, AppRole and tokens (developer.hashicorp.com/vault/api-docs).

const place = { mount: 'secret', path: 'atlas/{workspace}/{provider}' }
const kv = { status: 200, body: { data: { data: { token: 'dop_v1_x' }, metadata: { version: 3 } } } }
const grant = (client_token: string, lease_duration: number, renewable = true) => ({
  status: 200,
  body: { auth: { client_token, lease_duration, renewable } },
})
const lookup = (ttl: number) => ({ status: 200, body: { data: { ttl, renewable: ttl > 0 } } })

const paths = (asked: Asked[]) => asked.map(({ method, path }) => `${method} ${path}`)

test('a token reads the secret of workspace and cloud, in its namespace', async () => {
  await using vault = await far(({ path }) => (path.endsWith('lookup-self') ? lookup(0) : kv))
  const source = hashicorpVaultSource({ ...place, url: vault.url, login: { token: 'hvs.a' }, namespace: 'team' })
  expect(await source.read('blue', 'digitalocean')).toEqual({ fields: { token: 'dop_v1_x' } })
  expect(await source.read('../red', 'digitalocean')).toEqual({ fields: { token: 'dop_v1_x' } })
  expect(paths(vault.asked)).toEqual([
    'GET /v1/auth/token/lookup-self',
    'GET /v1/secret/data/atlas/blue/digitalocean',
    'GET /v1/secret/data/atlas/..%2Fred/digitalocean',
  ])
  expect(vault.asked[1]?.headers).toMatchObject({ 'x-vault-token': 'hvs.a', 'x-vault-namespace': 'team' })
})

test('a secret that is not there, or deleted in its newest version, is none', async () => {
  await using vault = await far(({ path }) => (path.endsWith('lookup-self') ? lookup(0) : { status: 404, body: {} }))
  const source = hashicorpVaultSource({ ...place, url: vault.url, login: { token: 'hvs.a' } })
  expect(await source.read('blue', 'digitalocean')).toBeUndefined()
})

test('an AppRole gets in once, and anew when its token is refused', async () => {
  let logins = 0
  await using vault = await far(({ path, headers }) => {
    if (path.endsWith('/login')) return grant(`hvs.${++logins}`, 3600)
    return headers['x-vault-token'] === 'hvs.1' && vault.asked.length > 3 ? { status: 403 } : kv
  })
  const login = { roleId: 'r', secretId: 's' }
  const source = hashicorpVaultSource({ ...place, url: vault.url, login })
  for (let n = 0; n < 3; n += 1) expect(await source.read('blue', 'digitalocean')).toBeDefined()
  expect(logins).toBe(2)
  expect(vault.asked[0]).toMatchObject({
    method: 'POST',
    path: '/v1/auth/approle/login',
    body: { role_id: 'r', secret_id: 's' },
  })
})

test('a token is renewed when two thirds of its time are over, and got anew when it has ended', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  await using vault = await far(({ path }) => {
    if (path.endsWith('/login')) return grant('hvs.1', 90)
    return path.endsWith('renew-self') ? grant('hvs.2', 90) : kv
  })
  const source = hashicorpVaultSource({ ...place, url: vault.url, login: { roleId: 'r', secretId: 's' } })
  const begun = Date.now()
  const tokenAt = async (seconds: number) => {
    vi.setSystemTime(begun + seconds * 1000)
    await source.read('blue', 'digitalocean')
    return vault.asked.at(-1)?.headers['x-vault-token']
  }
  expect([await tokenAt(0), await tokenAt(59), await tokenAt(61)]).toEqual(['hvs.1', 'hvs.1', 'hvs.2'])
  expect([await tokenAt(100), await tokenAt(300)]).toEqual(['hvs.2', 'hvs.1'])
})

test.each([
  ['a policy that does not let it read', 403, 'config_invalid'],
  ['a sealed Vault', 503, 'credential_unavailable'],
])('%s', async (_what, status, code) => {
  await using vault = await far(({ path }) =>
    path.endsWith('lookup-self') ? lookup(0) : { status, body: { errors: [] } },
  )
  const source = hashicorpVaultSource({ ...place, url: vault.url, login: { token: 'hvs.a' } })
  const error = await source.read('blue', 'digitalocean').catch((caught) => caught)
  expect(error).toMatchObject({ code })
  expect(JSON.stringify([error.message, error.hint])).not.toContain('hvs.a')
})

test.each([
  ['nothing at all', { errors: ['no handler for route "old/data/x"'] }, undefined, /nothing mounted at old\//],
  ['KV version 1', { errors: [] }, { type: 'kv', options: { version: '1' } }, /KV version 1 at old\//],
  ['something else', { errors: [] }, { type: 'transit', options: null }, /transit at old\//],
])('%s at the mount is no place without the secret', async (_what, body, mount, message) => {
  await using vault = await far(({ path }) => {
    if (path.endsWith('lookup-self')) return lookup(0)
    return path.includes('internal/ui/mounts/old') && mount
      ? { status: 200, body: { data: mount } }
      : { status: 404, body }
  })
  const source = hashicorpVaultSource({ ...place, mount: 'old', url: vault.url, login: { token: 'hvs.a' } })
  await expect(source.read('blue', 'digitalocean')).rejects.toMatchObject({ code: 'config_invalid', message })
})
