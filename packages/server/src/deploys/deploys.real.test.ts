import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bodyOf, type Client, deploys, releaseSource } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { clientOf, serverOfFile } from '../server.fixture.ts'
import { bringAboutFleet, carryOut, doorOf, onMachine } from './fleet.fixture.ts'
import { answerOf, asking } from './load.fixture.ts'
import { repositoryOf } from './repository.fixture.ts'

const dataDir = serverOfFile()
let client: Client
let door: string
let hostomatic: ReturnType<typeof repositoryOf>

const config = () => ({
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: {
    hostomatic: {
      services: {
        backend: { path: 'backend', drain_s: 2, health: { interval_s: 0.2, retries: 300 } },
        frontend: { path: 'frontend', drain_s: 2, health: { interval_s: 0.2, retries: 300 } },
      },
    },
  },
})

beforeAll(async () => {
  client = clientOf(dataDir)
  hostomatic = repositoryOf(join(dataDir, 'git'), 'hostomatic')
  await bringAboutFleet(client, dataDir, 'hostomatic,2,s-1vcpu-1gb,s-1vcpu-1gb')
  door = await doorOf(client)
}, 300_000)

type Wish = { kind: 'deploy' | 'promote' | 'rollback'; environment: string; ref?: string; release?: string }

function deploy(wish: Wish, settings: object = config()) {
  const configured = wish.kind === 'rollback' ? {} : { config: settings }
  return carryOut(client, { project: 'hostomatic', ref: 'main', ...wish, ...configured } as never)
}

const get = (path: string) => answerOf(`${door}${path}`)
const serving = async (environment: string) =>
  JSON.parse(await get(`/hostomatic/${environment}/backend/`)).release as string
const run = (machine: string, script: string) => onMachine(client, dataDir, machine, script)

/** What was told of targets of an environment. */
async function told(environment: string) {
  const query = { type: 'target.*', follow: false }
  const page = await bodyOf(client.api.GET('/api/v1/events', { params: { query } } as never))
  const { events } = page as unknown as { events: { type: string; data: Record<string, string> }[] }
  return events.flatMap(({ type, data }) =>
    data.environment === environment ? [[type.replace(/^.*\.(?=target)/, ''), data.service, data.machine]] : [],
  )
}

const environments = () => deploys(client.api).environments()

test('uat is deployed, tagged in the repository, and answers through the load balancer', async () => {
  const { plan, operation } = await deploy({ kind: 'deploy', environment: 'uat' })
  expect(operation).toMatchObject({ status: 'succeeded', kind: 'deploy', error: null })
  const tag = plan.deployment!.release
  expect(tag).toMatch(/^v1\.2\.3-uat-\d{8}-\d{4}$/)
  expect(await serving('uat')).toBe(tag)
  expect(await get('/hostomatic/uat/frontend/')).toContain('<h1>hostomatic</h1>')
  expect(hostomatic.tags()).toEqual([tag])
}, 300_000)

test('status is what machines say: which release runs there and whether it is well, not what was wished', async () => {
  const services = (observe: boolean) => deploys(client.api).services('hostomatic', 'uat', { observe })
  const release = await serving('uat')
  const seen = await services(true)
  expect(seen.observed).toEqual({ converged: 4, unknown: 0, instances: 4 })
  expect(seen.services[0]!.instances[0]!.observed).toMatchObject({ state: 'healthy', release, reason: null })
  expect((await services(false)).observed).toBeNull()

  const script = 'kill -KILL -$(cat /var/lib/atlas/lanes/hostomatic.uat/run/a-backend/child)'
  await run('web2', script)
  const broken = (await services(true)).services[0]!.instances.find(({ machine }) => machine === 'web2')!
  expect(broken.observed).toMatchObject({ state: expect.stringMatching(/stopped|unhealthy/), release })
  await expect.poll(async () => (await services(true)).observed?.converged, { timeout: 60_000 }).toBe(4)
}, 120_000)

test('a deploy is not undone like a change of machines, which would delete them', async () => {
  const [latest] = await client.operations({ limit: 1 })
  await expect(client.planRollback(latest!.id)).rejects.toThrow('undone by going back')
})

test('the same again is nothing to do', async () => {
  const { plan, operation } = await deploy({ kind: 'deploy', environment: 'uat' })
  expect(plan.work).toEqual([])
  expect(operation.status).toBe('succeeded')
  expect(hostomatic.tags()).toHaveLength(1)
}, 300_000)

test('what was proven in uat is promoted as it is, and a release that was not is refused', async () => {
  const { plan } = await deploy({ kind: 'promote', environment: 'prod' })
  expect(await serving('prod')).toBe(plan.deployment!.release)
  expect(await serving('uat')).toBe(plan.deployment!.release)
  await expect(deploy({ kind: 'promote', environment: 'prod', release: 'v9.9.9-uat-20200101-0000' })).rejects.toThrow(
    'There is no release',
  )
}, 300_000)

test('what takes only proven releases takes no commit', async () => {
  await expect(deploy({ kind: 'deploy', environment: 'prod' })).rejects.toThrow('prod takes only what has served uat')
  const settings = config()
  Object.assign(settings.projects.hostomatic, { promotion: ['test', 'uat', 'prod'] })
  await expect(deploy({ kind: 'deploy', environment: 'uat' }, settings)).rejects.toThrow('only what has served test')
  await expect(deploy({ kind: 'promote', environment: 'uat' }, settings)).rejects.toThrow(
    'No release of hostomatic serves test',
  )
}, 60_000)

test('a release is on record with all it was made of, and its files can be had', async () => {
  const tag = (await environments())[0]!.release!
  const { release, deployments } = await deploys(client.api).release('hostomatic', tag)
  expect(release.tag).toBe(tag)
  expect(deployments.map(({ environment }) => environment).sort()).toEqual(['prod', 'uat'])
  const [latest] = deployments
  expect(latest).toMatchObject({ infrastructure: 'fleet', infrastructure_spec: { name: 'fleet' } })
  expect(Object.values(latest!.proxy).join('\n')).toContain('proxy_pass')
  const tar = await new Response(await releaseSource(client.connection, 'hostomatic', tag)).arrayBuffer()
  const names = execFileSync('tar', ['-t'], { input: Buffer.from(tar), encoding: 'utf8' })
  expect(names.split('\n')).toContain('backend/server.js')
}, 60_000)

test('a release that does not become healthy leaves everything as it was, and says why', async () => {
  const before = await serving('uat')
  hostomatic.write('backend/server.js', 'console.log("cannot find the database"); process.exit(1)\n')
  hostomatic.commit('broken')
  const settings = config()
  settings.projects.hostomatic.services.backend.health.retries = 60
  const { operation } = await deploy({ kind: 'deploy', environment: 'uat' }, settings)
  expect(operation.status).toBe('failed')
  expect(operation.error).toMatchObject({
    code: 'unhealthy',
    message: expect.stringContaining('cannot find the database'),
  })
  expect(await serving('uat')).toBe(before)
  expect(hostomatic.tags()).toEqual([before])
  const steps = await client.steps(operation.id)
  expect(steps.filter(({ action }) => action === 'withdraw').map(({ status }) => status)).toEqual(['done', 'done'])
}, 300_000)

test('traffic moves to the next release without a failed request, and back', async () => {
  const first = await serving('uat')
  hostomatic.write(
    'backend/server.js',
    readFileSync(join(import.meta.dirname, '../../../../examples/hostomatic/backend/server.js'), 'utf8'),
  )
  hostomatic.commit('mended')
  const ended = asking(async () => {
    const answer = await get('/hostomatic/uat/backend/')
    return answer.startsWith('{') ? JSON.parse(answer).release : answer
  })
  const { plan, operation } = await deploy({ kind: 'deploy', environment: 'uat' })
  expect(operation.error).toBeNull()
  const second = plan.deployment!.release
  expect(await serving('uat')).toBe(second)
  const back = await deploy({ kind: 'rollback', environment: 'uat' })
  expect(back.operation.error).toBeNull()
  expect(await ended()).toEqual([first, second].sort())
  expect(await serving('uat')).toBe(first)
  expect(await environments()).toMatchObject([
    { environment: 'prod', release: first },
    { environment: 'uat', release: first, earlier: [second] },
  ])
}, 300_000)

test('an instance that dies gets no requests, none fails, and it gets them again once it answers', async () => {
  const ended = asking(async () => {
    const answer = await get('/hostomatic/uat/backend/')
    return answer.startsWith('{') ? 'well' : answer
  })
  const before = (await told('uat')).length
  await run('web2', 'kill -KILL -$(cat /var/lib/atlas/lanes/hostomatic.uat/run/*-backend/child)')
  const news = async () => (await told('uat')).slice(before)
  await expect.poll(news, { timeout: 30_000 }).toEqual([
    ['target.ejected', 'backend', 'web2'],
    ['target.restored', 'backend', 'web2'],
  ])
  expect(await ended()).toEqual(['well'])
  const live = '/etc/atlas/nginx/live/sites/hostomatic.uat.http.conf'
  expect(await run('master', `cat ${live}`)).not.toContain('down')
}, 120_000)

test('validate finds what was changed behind the back of the records, and what it says to type mends it', async () => {
  const validate = async () => (await deploys(client.api).validate('fleet')).findings
  expect(await validate()).toEqual([])

  const lane = '/var/lib/atlas/lanes/hostomatic.prod'
  const { services } = await deploys(client.api).services('hostomatic', 'prod')
  const port = services[0]!.port
  await run('web1', `kill $(cat ${lane}/run/*-backend/pid) && sleep 1 && rm -r ${lane}/run/*-backend`)
  await run('web1', `setsid node -e 'require("net").createServer().listen(${port})' > /dev/null 2>&1 &`)
  await expect.poll(() => told('prod'), { timeout: 30_000 }).toContainEqual(['target.ejected', 'backend', 'web1'])
  await run('master', "sed -i 's/max_fails=1/max_fails=9/' /etc/atlas/nginx/live/sites/hostomatic.prod.http.conf")
  await expect
    .poll(async () => (await validate()).map(({ code }) => code).sort(), { timeout: 30_000 })
    .toEqual(['instance_missing', 'port_taken', 'route_differs'])
  const found = await validate()
  expect(found.find(({ code }) => code === 'port_taken')).toMatchObject({ where: `web1:${port}` })
  const kill = found.find(({ code }) => code === 'port_taken')!.hint.match(/kill \d+$/)![0]
  await run('web1', kill)

  const release = await serving('uat')
  expect(found.find(({ code }) => code === 'instance_missing')!.hint).toBe(
    `atlas rollback hostomatic prod --tag ${release}`,
  )
  const { operation } = await deploy({ kind: 'rollback', environment: 'prod', release })
  expect(operation.error).toBeNull()
  expect(await validate()).toEqual([])
}, 300_000)

test('services are told with where they run; a wrong configuration is refused before anything runs', async () => {
  const { services } = await deploys(client.api).services('hostomatic', 'prod')
  expect(services.map(({ name, instances }) => [name, instances.map(({ machine }) => machine)])).toEqual([
    ['backend', ['web1', 'web2']],
    ['frontend', ['web1', 'web2']],
  ])
  const settings = { ...config(), deployment_platform: 'proces' }
  await expect(deploy({ kind: 'deploy', environment: 'uat' }, settings)).rejects.toThrow('There is no platform proces')
  await expect(deploy({ kind: 'deploy', environment: 'uta' })).rejects.toThrow('There is no environment "uta"')
  const { services: ask } = deploys(client.api)
  await expect(ask('hostomatik', 'prod')).rejects.toMatchObject({ hint: 'did you mean hostomatic?' })
  await expect(ask('hostomatic', 'prd')).rejects.toMatchObject({
    hint: 'there are test, uat, prod; did you mean prod?',
  })
  await expect(ask('prod', 'hostomatic')).rejects.toMatchObject({
    hint: 'there are test, uat, prod; prod stands where the project belongs',
  })
}, 60_000)
