import { deploys, secrets } from '@atlas/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, filesWith, type Machines, type Stage, stage, tellsWhatItWasGiven, told } from '../../deploys/index.ts'
import { builtOpenBao } from './program.ts'
import { type OpenBao, startOpenBao } from './server.ts'

const program = builtOpenBao()
const path = 'secret/data/atlas/default/shop/uat'
const place = { project: 'shop', environment: 'uat' }

describe.skipIf(!program)('deploys with secrets of a real OpenBao', () => {
  let bao: OpenBao
  let here: Stage & Machines

  beforeAll(async () => {
    bao = await startOpenBao(program!)
    const { roleId, secretId } = await bao.appRole(await bao.policy(path), { token_ttl: '20s', token_max_ttl: '1m' })
    const way = { VAULT_ADDR: bao.url, VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId }
    const where = { ATLAS_SECRET_SOURCES: 'sealed,vault', ATLAS_CREDENTIAL_SOURCES: 'sealed' }
    const made = await stage({ workers: 1, env: { ...way, ...where, LOG_LEVEL: 'trace' } })
    here = { ...made, ...(await made.machines(1)) }
    here.project.write('server.js', tellsWhatItWasGiven)
    here.project.commit(1, false)
  }, 300_000)
  afterAll(async () => {
    await here?.close()
    await bao?.stop()
  })

  /** @param releases what each service runs before traffic moves */
  async function plan(kind: 'deploy' | 'redeploy', releases: { backend?: string; frontend?: string } = {}) {
    const { backend, frontend } = here.project.config.projects.shop!.services
    const services = {
      backend: { ...backend, secrets: ['db_password'], ...(releases.backend && { release: releases.backend }) },
      frontend: { ...frontend, secrets: ['api_key'], ...(releases.frontend && { release: releases.frontend }) },
    }
    const config = { ...here.project.config, projects: { shop: { services } } }
    return deploys(here.client.api).plan({ kind, ...place, ...(kind === 'deploy' && { ref: 'main', config }) } as never)
  }
  const begin = async (planned: Awaited<ReturnType<typeof plan>>) =>
    (await deploys(here.client.api).apply(planned.hash)).id
  const end = (id: string) => ended(here.client, id)
  const deploy = async (...wish: Parameters<typeof plan>) => end(await begin(await plan(...wish)))
  const needed = () => secrets(here.client.api).needed('shop', 'uat')
  const ask = (service: string) => told(here.door, service)
  const running = () => here.on('web1', 'ls /var/lib/atlas/lanes/shop.uat/run')

  test('what is missing stops the plan before anything is touched, and all of it is named', async () => {
    expect(await plan('deploy').catch((error) => error)).toMatchObject({
      code: 'secret_missing',
      message: 'Secrets of shop have no value in uat: db_password, api_key.',
    })
    expect((await here.client.api.GET('/api/v1/environments')).data?.environments).toEqual([])
    expect((await here.client.api.GET('/api/v1/releases')).data?.releases).toEqual([])
  })

  test('services get what they name; which version came from where, when and to whom is told without a value', async () => {
    await bao.put(path, { SHOP_UAT_DB_PASSWORD: 'the first password', API_KEY: 'the key' })
    expect(await deploy('deploy')).toMatchObject({ status: 'succeeded', error: null })
    expect(await ask('backend')).toMatchObject({ db_password: 'the first password' })
    expect(await ask('frontend')).toMatchObject({ api_key: 'the key' })
    const { stdout } = await here.atlas(['secrets', 'list', 'shop', 'uat'])
    expect(stdout).toMatch(/db_password +SHOP_UAT_DB_PASSWORD +vault +1 +backend +\d+ \w+ ago by v0/)
    expect(stdout).toMatch(/api_key +API_KEY +vault +1 +frontend/)
  })

  test('another value there starts anew what uses it, and only that', async () => {
    const before = { backend: await ask('backend'), frontend: await ask('frontend') }
    await bao.put(path, { SHOP_UAT_DB_PASSWORD: 'the second password', API_KEY: 'the key' })
    expect(await needed()).toMatchObject([
      { name: 'db_password', version: '2', services: [{ service: 'backend', current: false }] },
      { name: 'api_key', version: '2', services: [{ service: 'frontend', current: true }] },
    ])
    expect(await deploy('redeploy')).toMatchObject({ status: 'succeeded', error: null })
    const after = await ask('backend')
    expect(after.db_password).toBe('the second password')
    expect(after.pid).not.toBe(before.backend.pid)
    expect((await ask('frontend')).pid).toBe(before.frontend.pid)
    expect((await plan('redeploy')).work).toEqual([])
    expect(await filesWith(here.dataDir, 'the first password')).toEqual([])
  })

  test('sealed, no plan is made, what serves goes on, and the command says what to type', async () => {
    const before = await ask('backend')
    await bao.seal()
    const { exit, stderr } = await here.atlas(['redeploy', 'shop', 'uat', '--yes'])
    expect(exit).toBe(5)
    expect(stderr).toContain(
      `Secrets of shop uat cannot be looked up in vault: Vault answered 503 at ${bao.url}: it is sealed, or has no leader.`,
    )
    expect(stderr).toContain('vault operator unseal')
    expect(await ask('backend')).toEqual(before)
    await bao.unseal()
    expect((await plan('redeploy')).work).toEqual([])
  })

  test('where it goes down in the middle of a deploy, what was started is taken away, and the next one comes through', async () => {
    const before = { backend: await ask('backend'), frontend: await ask('frontend'), running: await running() }
    await bao.put(path, { SHOP_UAT_DB_PASSWORD: 'the third password', API_KEY: 'another key' })
    // All is started and healthy; the second of the release commands wants a secret, and comes when the first lets it.
    const gate = 'until [ -e /tmp/go ]; do sleep 0.1; done'
    const id = await begin(await plan('deploy', { backend: gate, frontend: 'true' }))
    await expect
      .poll(async () => (await here.client.operation(id)).current_step, { timeout: 60_000 })
      .toContain('release command')
    await expect.poll(running).not.toBe(before.running)
    await bao.kill()
    await here.on('web1', 'touch /tmp/go')
    expect(await end(id)).toMatchObject({
      status: 'failed',
      error: {
        code: 'secret_unavailable',
        message: expect.stringContaining(`Vault did not answer at ${bao.url}: ECONNREFUSED`),
      },
    })
    expect(await ask('backend')).toEqual(before.backend)
    expect(await ask('frontend')).toEqual(before.frontend)
    expect(await running()).toBe(before.running)

    await bao.start()
    await bao.unseal()
    expect(await deploy('deploy', { backend: gate, frontend: 'true' })).toMatchObject({
      status: 'succeeded',
      error: null,
    })
    expect((await ask('backend')).db_password).toBe('the third password')
    expect((await ask('frontend')).api_key).toBe('another key')
    const files = await filesWith(here.dataDir, 'the third password')
    expect(files).toEqual([expect.stringMatching(/\/run\/[ab]-backend\//)])
  })
})
