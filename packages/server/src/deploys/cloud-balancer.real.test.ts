import { join } from 'node:path'
import { fleet } from '@atlas/blueprints'
import { bodyOf, type Client, deploys } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { clientOf, finished, makeKey, serverOf, serverOfFile } from '../server.fixture.ts'
import { carryOut, deployToUat, doorOf, findings } from './fleet.fixture.ts'
import { answerOf, asking } from './load.fixture.ts'
import { repositoryOf } from './repository.fixture.ts'

const dataDir = serverOfFile()
let client: Client
let publicKey: string
let door: string
let hostomatic: ReturnType<typeof repositoryOf>

const config = (environment: object = { load_balancer: { backend: 'lb-backend' } }) => ({
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: {
    hostomatic: {
      environments: { uat: environment },
      services: { backend: { path: 'backend', drain_s: 2, health: { interval_s: 0.2, retries: 300 } } },
    },
  },
})
const deploy = (settings: object = config()) => deployToUat(client, settings)
const releaseAt = async (url: string) => {
  const text = await answerOf(url)
  return text.startsWith('{') ? (JSON.parse(text) as { release: string }).release : text
}
const describe = (servers: number, load_balancers = ['lb-backend']) =>
  fleet.build({
    csv: `Project,Servers,MasterSpec,WebSpec\nhostomatic,${servers},s-1vcpu-1gb,s-1vcpu-1gb\n`,
    adminIps: ['127.0.0.1'],
    publicKey,
    load_balancers,
  })
async function bringAbout(servers: number) {
  const { id } = await client.apply(describe(servers), {})
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
}
const ask = () => releaseAt(door)
const drift = async () => {
  const params = { path: { id: 'fleet' } }
  return (await bodyOf(client.api.POST('/api/v1/infrastructure/{id}/drift', { params }))).resources
}

beforeAll(async () => {
  client = clientOf(dataDir)
  hostomatic = repositoryOf(join(dataDir, 'git'), 'hostomatic')
  publicKey = makeKey(dataDir)
  await bringAbout(2)
}, 300_000)

test('a load balancer that there is not yet is refused, with what makes it', async () => {
  await expect(deploy(config({ load_balancer: { backend: 'lb-shop' } }))).rejects.toMatchObject({
    code: 'deploy_impossible',
    message: 'fleet has no load balancer lb-shop.',
    hint: expect.stringContaining('atlas up'),
  })
}, 60_000)

test('a project is deployed behind the load balancer of the cloud, at the address that its services tell', async () => {
  const { operation, plan } = await deploy()
  expect(operation).toMatchObject({ status: 'succeeded', error: null })
  const { services } = await deploys(client.api).services('hostomatic', 'uat')
  door = services[0]!.url!
  await expect.poll(ask, { timeout: 30_000 }).toBe(plan.deployment!.release)
  expect(await findings(client)).toEqual([])
  const { deployments } = await deploys(client.api).release('hostomatic', plan.deployment!.release)
  expect(Object.keys(deployments[0]!.proxy)).toEqual(['load-balancers/lb-backend.json'])
}, 300_000)

test('what deploys made of it is no drift, and nothing to be done', async () => {
  expect(await drift()).toEqual([])
  expect((await client.planApply(describe(2))).steps).toEqual([])
}, 60_000)

test('traffic moves to the next release and back without a failed request', async () => {
  const first = await ask()
  hostomatic.write('backend/later.txt', 'another release\n')
  hostomatic.commit('later')
  const answers = asking(ask)
  const { operation, plan } = await deploy()
  expect(operation.error).toBeNull()
  const back = await carryOut(client, { kind: 'rollback', project: 'hostomatic', environment: 'uat' } as never)
  expect(back.operation.error).toBeNull()
  expect(await answers()).toEqual([first, plan.deployment!.release].sort())
  expect(await ask()).toBe(first)
}, 300_000)

test('an environment goes to a proxy and back: what served goes on, and the former door leads to it no longer', async () => {
  const behindProxy = { ...config({}), proxy: 'builtin' }
  const { plan, operation } = await deploy(behindProxy)
  expect(operation.error).toBeNull()
  const { release } = plan.deployment!
  const own = `${await doorOf(client)}/hostomatic/uat/backend/`
  expect(await releaseAt(own)).toBe(release)
  await expect.poll(ask).toBe('503')
  expect(await findings(client)).toEqual([])

  expect((await deploy()).operation.error).toBeNull()
  await expect.poll(ask, { timeout: 30_000 }).toBe(release)
  expect(await releaseAt(own)).toBe('404')
  expect(await findings(client)).toEqual([])
}, 300_000)

test('a release that does not become healthy leaves the load balancer where it was', async () => {
  const before = await ask()
  hostomatic.write('backend/server.js', 'console.log("cannot find the database"); process.exit(1)\n')
  hostomatic.commit('broken')
  const settings = config()
  settings.projects.hostomatic.services.backend.health.retries = 20
  const answers = asking(ask)
  expect((await deploy(settings)).operation).toMatchObject({ status: 'failed', error: { code: 'unhealthy' } })
  expect(await answers()).toEqual([before])
}, 300_000)

test('a machine more is sent to, without a failed request, and nothing is to be deployed then', async () => {
  const before = await ask()
  const answers = asking(ask)
  await bringAbout(3)
  expect(await answers()).toEqual([before])
  expect(await findings(client)).toEqual([])
  const again = await deploys(client.api).plan({ kind: 'redeploy', project: 'hostomatic', environment: 'uat' } as never)
  expect(again.work).toEqual([])
}, 300_000)

test('a machine that somebody took out of it is found, and what is said to type takes it in again', async () => {
  const { resources } = await client.infrastructure('fleet')
  const idOf = (name: string) => resources.find((one) => one.name === name)!.id
  const { url, token } = serverOf(dataDir).sandbox!
  const taken = await fetch(`${url}/v2/load_balancers/${idOf('lb-backend')}/droplets`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ droplet_ids: [Number(idOf('web2'))] }),
  })
  expect(taken.status).toBe(204)
  const [found, ...others] = await findings(client)
  expect(found).toMatchObject({
    code: 'route_differs',
    where: 'lb-backend',
    found: expect.stringContaining('web1, web3'),
  })
  expect(others).toEqual([])
  const [, release] = found!.hint.match(/^atlas rollback hostomatic uat --tag (.+)$/)!
  const wish = { kind: 'rollback', project: 'hostomatic', environment: 'uat', release }
  expect((await carryOut(client, wish as never)).operation.error).toBeNull()
  expect(await findings(client)).toEqual([])
}, 300_000)

test('it cannot be taken away while an environment stands behind it', async () => {
  await expect(client.planApply(describe(3, []))).rejects.toMatchObject({
    code: 'deploy_impossible',
    message: 'lb-backend is the load balancer of hostomatic uat.',
  })
}, 60_000)

test('it is destroyed with the rest', async () => {
  const { id } = await client.destroy('fleet', { consent: ['master', 'web1', 'web2', 'web3'] })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
}, 300_000)
