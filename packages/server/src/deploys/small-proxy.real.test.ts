import { join } from 'node:path'
import { type Client, deploys } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { clientOf, serverOfFile } from '../server.fixture.ts'
import { bringAboutFleet, carryOut, deployToUat, doorOf, findings, onMachine } from './fleet.fixture.ts'
import { answerOf, asking } from './load.fixture.ts'
import { repositoryOf } from './repository.fixture.ts'

const dataDir = serverOfFile()
let client: Client
let door: string
let hostomatic: ReturnType<typeof repositoryOf>

const config = (more: object = {}) => ({
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  proxy: 'builtin',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: {
    hostomatic: {
      services: { backend: { path: 'backend', drain_s: 2, health: { interval_s: 0.2, retries: 300 } } },
    },
  },
  ...more,
})
const deploy = (settings: object = config()) => deployToUat(client, settings)
const ask = () => answerOf(`${door}/hostomatic/uat/backend/`).then((text) => (text.startsWith('{') ? 'well' : text))

beforeAll(async () => {
  client = clientOf(dataDir)
  hostomatic = repositoryOf(join(dataDir, 'git'), 'hostomatic')
  await bringAboutFleet(client, dataDir, 'hostomatic,2,s-1vcpu-1gb,s-1vcpu-1gb')
  door = await doorOf(client)
}, 300_000)

test('a project is deployed behind the small proxy, at the address that its services tell', async () => {
  const { operation, plan } = await deploy()
  expect(operation).toMatchObject({ status: 'succeeded', error: null })
  const { services } = await deploys(client.api).services('hostomatic', 'uat')
  expect(services[0]!.url).toBe(`${door.replace(/:80$/, '')}/hostomatic/uat/backend/`)
  const { deployments } = await deploys(client.api).release('hostomatic', plan.deployment!.release)
  expect(Object.keys(deployments[0]!.proxy)).toEqual(['sites/hostomatic.uat.json'])
  expect(await findings(client)).toEqual([])
}, 300_000)

test('traffic moves to the next release and back without a failed request', async () => {
  hostomatic.write('backend/later.txt', 'another release\n')
  hostomatic.commit('later')
  const answers = asking(ask)
  const { operation } = await deploy()
  expect(operation.error).toBeNull()
  const back = await carryOut(client, { kind: 'rollback', project: 'hostomatic', environment: 'uat' } as never)
  expect(back.operation.error).toBeNull()
  expect(await answers()).toEqual(['well'])
}, 300_000)

test('an instance that dies is left out, costs no request, and is taken in again', async () => {
  const answers = asking(ask)
  await onMachine(client, dataDir, 'web2', 'kill -KILL -$(cat /var/lib/atlas/lanes/hostomatic.uat/run/*-backend/child)')
  const live = () => onMachine(client, dataDir, 'master', 'cat /etc/atlas/balancer/live/sites/hostomatic.uat.json')
  await expect.poll(live, { timeout: 30_000 }).toContain('"down": true')
  await expect.poll(live, { timeout: 60_000 }).not.toContain('down')
  expect(await answers()).toEqual(['well'])
}, 120_000)

test('what the small proxy cannot do, and another one beside it, are refused when a deploy is planned', async () => {
  const uat = { domain: 'shop.example', tls: { acme: { email: 'ops@shop.example' } } }
  const { hostomatic: own } = config().projects
  const secured = config({ projects: { hostomatic: { ...own, environments: { uat } } } })
  await expect(deploy(secured)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('no certificates'),
  })
  await expect(deploy(config({ proxy: 'nginx' }))).rejects.toMatchObject({
    code: 'deploy_impossible',
    message: expect.stringContaining('hostomatic uat is balanced by builtin on master'),
    hint: '"proxy": "builtin" in deployment_config.json',
  })
}, 60_000)
