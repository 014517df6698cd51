import { hashicorpVaultSource, vaultSecrets } from '@atlas/vault'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtOpenBao } from './program.ts'
import { type OpenBao, startOpenBao } from './server.ts'

const program = builtOpenBao()
const shop = { workspace: 'default', project: 'shop', environment: 'prod' }
const names = ['SHOP_PROD_DB_PASSWORD', 'DB_PASSWORD']
const own = 'secret/data/atlas/default/shop/prod'

describe.skipIf(!program)('secrets in a real OpenBao', () => {
  let bao: OpenBao

  beforeAll(async () => {
    bao = await startOpenBao(program!)
    await bao.put(own, { SHOP_PROD_DB_PASSWORD: 'of the shop', OTHER: 'of nobody' })
  })
  afterAll(() => bao?.stop())

  type Options = Partial<Parameters<typeof vaultSecrets>[0]>
  const source = (options: Options = {}) =>
    vaultSecrets({
      url: bao.url,
      login: { token: bao.root },
      mount: 'secret',
      path: 'atlas/{workspace}/{project}/{environment}',
      ...options,
    })
  const read = async (options?: Options) => [...(await source(options).read(shop, names))]
  const refused = (options?: Options, place = shop) =>
    source(options)
      .read(place, names)
      .then(
        () => expect.fail('it was read'),
        (error) => error,
      )
  const found = (value: string, version: string) => [['SHOP_PROD_DB_PASSWORD', { value, version }]]

  test('a policy for one path reads that one, and the refusal of another says which it would have to name', async () => {
    const login = await bao.appRole(await bao.policy(own))
    expect(await read({ login })).toEqual(found('of the shop', '1'))
    expect(await refused({ login }, { ...shop, project: 'blog' })).toMatchObject({
      code: 'config_invalid',
      message: 'Vault refuses this server: it answered 403.',
      hint: expect.stringContaining('let its policy read secret/data/atlas/default/blog/prod'),
    })
  })

  test('the newest version counts; one that was deleted is none, and is there again when that is taken back', async () => {
    const at = 'atlas/default/shop/prod'
    await bao.put(own, { SHOP_PROD_DB_PASSWORD: 'the second' })
    expect(await read()).toEqual(found('the second', '2'))
    await bao.admin('DELETE', own)
    expect(await read()).toEqual([])
    await bao.admin('POST', `secret/undelete/${at}`, { versions: [2] })
    expect(await read()).toEqual(found('the second', '2'))
    await bao.admin('POST', `secret/destroy/${at}`, { versions: [2] })
    expect(await read()).toEqual([])
    await bao.put(own, { SHOP_PROD_DB_PASSWORD: 'the third', DB_PASSWORD: '' })
    expect(await read()).toEqual(found('the third', '3'))
  })

  test('an AppRole whose token has ended, or was revoked, gets in anew', async () => {
    const login = await bao.appRole(await bao.policy(own), { token_ttl: '1s', token_max_ttl: '1s' })
    const short = source({ login })
    const accessors = () =>
      bao.admin('GET', 'auth/token/accessors?list=true').then(({ data }) => Object.values(data)[0]!)
    const before = new Set(await accessors())
    expect((await short.read(shop, names)).size).toBe(1)
    await expect.poll(async () => (await accessors()).length).toBeLessThanOrEqual(before.size)
    expect((await short.read(shop, names)).size).toBe(1)

    const long = source({ login: await bao.appRole(await bao.policy(own), { token_ttl: '1h', token_max_ttl: '1h' }) })
    const known = new Set(await accessors())
    expect((await long.read(shop, names)).size).toBe(1)
    for (const accessor of await accessors())
      if (!known.has(accessor)) await bao.admin('POST', 'auth/token/revoke-accessor', { accessor })
    expect((await long.read(shop, names)).size).toBe(1)
  })

  test('a token that has ended is refused, and the hint says who has to do something', async () => {
    const { auth } = await bao.admin('POST', 'auth/token/create', { policies: [await bao.policy(own)], ttl: '1h' })
    const given = source({ login: { token: auth.client_token } })
    expect((await given.read(shop, names)).size).toBe(1)
    await bao.admin('POST', 'auth/token/revoke-accessor', { accessor: auth.accessor })
    expect(await given.read(shop, names).catch((error) => error)).toMatchObject({
      code: 'config_invalid',
      hint: expect.stringContaining('VAULT_TOKEN'),
    })
  })

  test('a role that is not there is told apart from a policy', async () => {
    const login = { roleId: 'nobody', secretId: 'nothing' }
    expect(await refused({ login })).toMatchObject({
      hint: expect.stringContaining('look at VAULT_ROLE_ID and VAULT_SECRET_ID'),
    })
  })

  test('a mount that is not there, and one of version 1, are no places without the secret', async () => {
    expect(await refused({ mount: 'nowhere' })).toMatchObject({
      code: 'config_invalid',
      message: 'Vault has nothing mounted at nowhere/.',
      hint: expect.stringContaining('VAULT_KV_MOUNT'),
    })
    await bao.mount('old', '1')
    await bao.admin('POST', 'old/atlas/default/shop/prod', { SHOP_PROD_DB_PASSWORD: 'of version 1' })
    expect(await refused({ mount: 'old' })).toMatchObject({
      code: 'config_invalid',
      message: 'Vault has KV version 1 at old/, and KV version 2 is read.',
      hint: 'vault kv enable-versioning old; or set VAULT_KV_MOUNT to a mount of version 2',
    })
    const login = await bao.appRole(await bao.policy('nowhere/data/atlas/default/shop/prod'))
    expect(await refused({ mount: 'nowhere', login })).toMatchObject({ code: 'config_invalid' })
    expect(await source().read({ ...shop, project: 'blog' }, names)).toEqual(new Map())
  })

  test('a namespace has secrets of its own; one that is not there is refused', async () => {
    await bao.admin('POST', 'sys/namespaces/team', {})
    await bao.mount('secret', '2', 'team')
    await bao.put(own, { SHOP_PROD_DB_PASSWORD: 'of the team' }, 'team')
    await bao.admin('POST', 'sys/auth/approle', { type: 'approle' }, 'team')
    const login = await bao.appRole(await bao.policy(own, 'team'), {}, 'team')
    expect(await read({ login, namespace: 'team' })).toEqual(found('of the team', '1'))
    expect(await refused({ login })).toMatchObject({
      hint: expect.stringContaining('look at VAULT_ROLE_ID and VAULT_SECRET_ID'),
    })
    expect(await refused({ login, namespace: 'nobody' })).toMatchObject({
      code: 'config_invalid',
      hint: expect.stringContaining('VAULT_NAMESPACE'),
    })
  })

  test('sealed, it is waited for, and what unseals it is said; then it serves again, and so after a restart', async () => {
    const all = source()
    await bao.seal()
    expect(await all.read(shop, names).catch((error) => error)).toMatchObject({
      code: 'credential_unavailable',
      message: `Vault answered 503 at ${bao.url}: it is sealed, or has no leader.`,
      hint: 'vault operator unseal',
    })
    await bao.unseal()
    expect((await all.read(shop, names)).size).toBe(1)
    await bao.kill()
    expect(await all.read(shop, names).catch((error) => error)).toMatchObject({
      code: 'credential_unavailable',
      message: `Vault did not answer at ${bao.url}: ECONNREFUSED.`,
    })
    await bao.start()
    await bao.unseal()
    expect((await all.read(shop, names)).size).toBe(1)
  })

  test('credentials of clouds are kept there too', async () => {
    const path = 'atlas/{workspace}/{provider}'
    const clouds = hashicorpVaultSource({ url: bao.url, login: { token: bao.root }, mount: 'secret', path })
    expect(await clouds.read('default', 'digitalocean')).toBeUndefined()
    await bao.put('secret/data/atlas/default/digitalocean', { token: 'dop_v1_x' })
    expect(await clouds.read('default', 'digitalocean')).toEqual({ fields: { token: 'dop_v1_x' } })
  })
})
