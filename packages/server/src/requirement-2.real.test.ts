import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fleet as fleetBlueprint } from '@atlas/blueprints'
import { bodyOf, type Client, deploys, fleet, serviceName } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { carryOut } from './deploys/fleet.fixture.ts'
import { repositoryOf } from './deploys/repository.fixture.ts'
import { clientOf, finished, makeKey, serverOf, serverOfFile } from './server.fixture.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/requirement-2.md'), 'utf8')
const listed = (heading: string) => {
  const section = page.split(/^## /m).find((one) => one.startsWith(`${heading}\n`))!
  return [...section.matchAll(/^\| `(\w+)\(/gm)].map(([, method]) => method!)
}

const dataDir = serverOfFile()
let client: Client
let publicKey: string

beforeAll(async () => {
  client = clientOf(dataDir)
  publicKey = makeKey(dataDir)
  repositoryOf(join(dataDir, 'git'), 'hostomatic')
}, 120_000)

const fleetOf = (servers: number, adminIps = ['127.0.0.1']) =>
  fleetBlueprint.build({
    csv: `Project,Servers,MasterSpec,WebSpec\nhostomatic,${servers},s-1vcpu-1gb,s-1vcpu-1gb\n`,
    adminIps,
    publicKey,
  })

async function orchestrate(
  servers: number,
  { consent = [], adminIps }: { consent?: string[]; adminIps?: string[] } = {},
) {
  const { id } = await client.apply(fleetOf(servers, adminIps), { consent })
  expect(await finished(client, id)).toMatchObject({ status: 'succeeded', error: null })
}

const service = (path: string) => ({
  path,
  command: 'node server.js',
  drain_s: 1,
  health: { interval_s: 0.2, retries: 300 },
})
const configOf = (...services: string[]) => ({
  deployment_platform: 'process',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: { hostomatic: { services: Object.fromEntries(services.map((name) => [name, service(name)])) } },
})
const calls = () => deploys(client.api)
const services = async (environment: string) =>
  (await calls().services('hostomatic', environment)).services.map(({ name }) => name)

async function deploy(kind: 'deploy' | 'promote', environment: string, ...names: string[]) {
  const wish = { kind, project: 'hostomatic', environment, config: configOf(...names) } as never
  expect((await carryOut(client, wish)).operation).toMatchObject({ status: 'succeeded', error: null })
}

const machineNames = async () => (await fleet(client).machines('fleet')).map(({ name }) => name)

/** In an order in which each finds what it needs. */
const orchestrator: Record<string, () => Promise<void>> = {
  async __init__() {
    expect(await client.infrastructures()).toEqual([])
  },
  async initialize_system() {
    const atlas = join(root, 'packages/cli/bin/atlas')
    await promisify(execFile)(atlas, ['init', 'first'], { cwd: dataDir, env: { PATH: process.env.PATH } })
    for (const file of ['projects.csv', 'deployment_config.json', 'email_config.json'])
      expect(existsSync(join(dataDir, 'first/config', file)), file).toBe(true)
  },
  async orchestrate_infrastructure() {
    await orchestrate(1)
    expect(await machineNames()).toEqual(['master', 'web1'])
  },
  async deploy_to_uat() {
    await deploy('deploy', 'uat', 'backend')
    expect(await services('uat')).toEqual(['backend'])
  },
  async deploy_to_prod() {
    await deploy('promote', 'prod', 'backend')
    const [prod, uat] = await calls().environments()
    expect(prod).toMatchObject({ environment: 'prod', release: uat!.release })
  },
  async scale_project() {
    await orchestrate(2)
    expect(await machineNames()).toEqual(['master', 'web1', 'web2'])
  },
  async get_infrastructure_status() {
    expect(await client.infrastructures()).toMatchObject([{ name: 'fleet', status: 'ready' }])
    const observed = (await calls().environments({ observe: true })).map((one) => one.observed)
    expect(observed).toEqual([2, 2].map((count) => ({ converged: count, unknown: 0, instances: count })))
  },
  async cleanup_infrastructure() {
    const left = { type: 'volume', name: 'left', specifications: { size_gb: 1 } }
    const description = { name: 'shop', provider: 'digitalocean', region: 'lon1', resources: [left] }
    expect(await finished(client, (await client.apply(description, {})).id)).toMatchObject({ status: 'succeeded' })
    const env = { PATH: process.env.PATH, ATLAS_DATA_DIR: dataDir }
    const atlas = join(root, 'packages/cli/bin/atlas')
    const { stdout } = await promisify(execFile)(atlas, ['cleanup', '--dry-run', '--json'], { env })
    expect(JSON.parse(stdout)).toMatchObject({ unused: [{ infrastructure: 'shop', type: 'volume', name: 'left' }] })
    const { id } = await client.destroy('shop', { consent: ['left'] })
    expect(await finished(client, id)).toMatchObject({ status: 'succeeded' })
  },
  async update_administrator_ip() {
    await orchestrate(2, { adminIps: ['127.0.0.1', '203.0.113.200'] })
    const { description } = await client.infrastructure('fleet', { include: 'description' })
    expect(JSON.stringify(description)).toContain('203.0.113.200/32')
  },
  async get_service_discovery_info() {
    const found = await calls().services('hostomatic', 'prod')
    expect(found.services).toMatchObject([{ name: 'backend', instances: [{ machine: 'web1' }, { machine: 'web2' }] }])
  },
}

const state: Record<string, () => Promise<void>> = {
  async __init__() {
    expect(await client.health()).toMatchObject({ status: 'ok', database: 'ok' })
  },
  async save_state() {
    expect((await client.infrastructure('fleet')).revision).toBeGreaterThan(0)
  },
  async add_droplet() {
    await orchestrate(3)
    expect(await machineNames()).toContain('web3')
  },
  async update_droplet_ip() {
    const path = { id: 'fleet' }
    const drift = await bodyOf(client.api.POST('/api/v1/infrastructure/{id}/drift', { params: { path } }))
    expect(drift).toMatchObject({ resources: [] })
  },
  async remove_droplet() {
    await orchestrate(2, { consent: ['web3'] })
    expect(await machineNames()).not.toContain('web3')
  },
  async get_droplet() {
    expect(await fleet(client).machine('fleet', 'web1')).toMatchObject({ name: 'web1', phase: 'ready' })
  },
  async get_all_droplets() {
    expect(await machineNames()).toEqual(['master', 'web1', 'web2'])
  },
  async get_droplets_by_role() {
    expect((await fleet(client).machinesWithRole('fleet', 'web')).map(({ name }) => name)).toEqual(['web1', 'web2'])
  },
  async add_project_service() {
    await deploy('deploy', 'uat', 'backend', 'frontend')
    expect(await services('uat')).toEqual(['backend', 'frontend'])
  },
  async remove_project_service() {
    await deploy('deploy', 'uat', 'backend')
    expect(await services('uat')).toEqual(['backend'])
  },
  async get_project_services() {
    expect(await services('prod')).toEqual(['backend'])
  },
  async get_all_projects() {
    expect((await calls().environments()).map(({ project }) => project)).toEqual(['hostomatic', 'hostomatic'])
  },
  async get_service_name() {
    const [backend] = (await calls().services('hostomatic', 'prod')).services
    expect(backend!.url).toContain(`/${serviceName('hostomatic', 'prod', 'backend')}/`)
  },
  async get_services_on_droplet() {
    const on = (name: string) => fleet(client).servicesOn('fleet', name)
    expect(await on('web2')).toEqual(['hostomatic/prod/backend', 'hostomatic/uat/backend'])
    expect(await on('master')).toEqual([])
  },
  async get_load_balancer_targets() {
    const [backend] = (await calls().services('hostomatic', 'prod')).services
    const expected = backend!.instances.map(({ address }) => `${address}:${backend!.port}`)
    expect(await fleet(client).targets('hostomatic', 'prod', 'backend')).toEqual(expected)
    expect(expected).toHaveLength(2)
  },
  async generate_resource_hash() {
    const { hash } = await calls().derived('hostomatic', 'prod')
    expect(hash).toMatch(/^[0-9a-f]{8}$/)
    expect((await calls().derived('hostomatic', 'uat')).hash).not.toBe(hash)
  },
  async get_hash_based_port() {
    const { port } = await calls().derived('hostomatic', 'prod', { base: 8000, range: 1000 })
    expect(port >= 8000 && port < 9000).toBe(true)
    expect((await calls().derived('hostomatic', 'prod', { base: 8000, range: 1000 })).port).toBe(port)
  },
  async get_master_droplet() {
    expect(await fleet(client).master('fleet')).toMatchObject({ name: 'master' })
  },
  async get_web_droplets() {
    expect((await fleet(client).webs('fleet')).map(({ name }) => name)).toEqual(['web1', 'web2'])
  },
  async validate_state() {
    expect(await calls().validate('fleet')).toMatchObject({ findings: [] })
    const { url, token } = serverOf(dataDir).sandbox!
    const { id } = (await fleet(client).machine('fleet', 'web2'))!
    await fetch(`${url}/v2/droplets/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
    const { findings } = await calls().validate('fleet')
    expect(findings.some(({ where, hint }) => where.includes('web2') && hint.startsWith('atlas '))).toBe(true)
  },
  async get_summary() {
    expect(await client.statistics()).toBeTypeOf('object')
  },
}

test('the page lists the methods that are called here, and no others', () => {
  expect(listed('InfrastructureOrchestrator').sort()).toEqual(Object.keys(orchestrator).sort())
  expect(listed('InfrastructureState').sort()).toEqual(Object.keys(state).sort())
})

test.each(Object.entries(orchestrator))('InfrastructureOrchestrator.%s', (_, call) => call(), 180_000)
test.each(Object.entries(state))('InfrastructureState.%s', (_, call) => call(), 180_000)

test('what the page says to type exists', () => {
  for (const [, path] of page.matchAll(/`((?:packages|tests)\/[\w./-]+)`/g))
    expect(existsSync(join(root, path!)), path).toBe(true)
  const commands = [...page.matchAll(/`atlas (\w[\w-]*)/g)].map(([, word]) => word!)
  for (const word of new Set(commands))
    expect(existsSync(join(root, 'packages/cli/src/commands', `${word}.ts`)), word).toBe(true)
})
