import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bodyOf, type Client, deploys, type Planned, secrets } from '@atlas/client'
import { beforeAll, expect, test } from 'vitest'
import { databaseUrl, dump } from '../database.fixture.ts'
import { bringAboutFleet, carryOut, doorOf } from '../deploys/fleet.fixture.ts'
import { answerOf } from '../deploys/load.fixture.ts'
import { repositoryOf } from '../deploys/repository.fixture.ts'
import { clientOf, serverOfFile } from '../server.fixture.ts'

const dataDir = serverOfFile({
  LOG_LEVEL: 'trace',
  GENERAL_KEY: 'for everything',
  UAT_GENERAL_KEY: 'for all in uat',
})
let client: Client
let door: string
let hostomatic: ReturnType<typeof repositoryOf>

const name = 'HOSTOMATIC_UAT_DB_PASSWORD'
const planted = "planted: it's $(nowhere) but where it must be"

/** Says which process it is, and what it knows; ends at once where it is told to complain. */
const program = `if (process.env.COMPLAIN) { console.log('cannot log in with ' + process.env.DB_PASSWORD); process.exit(1) }
require('node:http').createServer((request, answer) => answer.end(JSON.stringify({
  pid: process.pid, password: process.env.DB_PASSWORD, general: process.env.GENERAL_KEY }))).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))
`
const health = (retries: number) => ({ path: '/', interval_s: 0.2, retries })
const config = (env: Record<string, string> = {}, retries = 300) => ({
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  git_config: { base_url: `file://${dataDir}/git` },
  projects: {
    hostomatic: {
      services: {
        backend: { path: 'backend', drain_s: 1, health: health(retries), secrets: ['db_password', 'general_key'], env },
        frontend: { path: 'frontend', drain_s: 1, health: health(300) },
      },
    },
  },
})

beforeAll(async () => {
  client = clientOf(dataDir)
  hostomatic = repositoryOf(join(dataDir, 'git'), 'hostomatic')
  for (const service of ['backend', 'frontend']) hostomatic.write(`${service}/server.js`, program)
  hostomatic.commit('says what it knows')
  await bringAboutFleet(client, dataDir, 'hostomatic,1,s-1vcpu-1gb,s-1vcpu-1gb')
  door = await doorOf(client)
}, 300_000)

const place = { project: 'hostomatic', environment: 'uat' }
const newRelease = (...how: Parameters<typeof config>) => ({
  kind: 'deploy' as const,
  ...place,
  ref: 'main',
  config: config(...how),
})

const deploy = (wish: ReturnType<typeof newRelease> | { kind: 'redeploy'; project: string; environment: string }) =>
  carryOut(client, wish as never)

const ask = async (service: string) =>
  JSON.parse(await answerOf(`${door}/hostomatic/uat/${service}/`)) as {
    pid: number
    password?: string
    general?: string
  }
const started = ({ work = [] }: Planned) =>
  work.flatMap(({ action, resource }) => (action === 'start' ? [resource] : []))

test('a plan without a value is refused before anything is touched, and says what to type', async () => {
  const refused = await deploys(client.api)
    .plan(newRelease() as never)
    .catch((error) => error)
  expect(refused).toMatchObject({
    code: 'secret_missing',
    message: 'Secrets of hostomatic have no value in uat: db_password.',
    hint: `atlas secrets set ${name}; or start the Atlas server with ${name} in its environment`,
  })
  expect(hostomatic.tags()).toEqual([])
})

test('services get what they name, from the source with the most particular name', async () => {
  await secrets(client.api).set(name, planted)
  expect((await deploy(newRelease())).operation).toMatchObject({ status: 'succeeded', error: null })
  expect(await ask('backend')).toMatchObject({ password: planted, general: 'for all in uat' })
  const frontend = await ask('frontend')
  expect([frontend.password, frontend.general]).toEqual([undefined, undefined])
}, 300_000)

test('what is needed is told with where it comes from and what brought it, and never with a value', async () => {
  const needed = await secrets(client.api).needed('hostomatic', 'uat')
  const release = hostomatic.tags()[0]
  expect(needed).toMatchObject([
    {
      name: 'db_password',
      variable: name,
      source: 'sealed',
      version: '1',
      services: [{ service: 'backend', delivered: { release }, current: true }],
    },
    { name: 'general_key', variable: 'UAT_GENERAL_KEY', source: 'environment', version: null, set_at: null },
  ])
  expect(JSON.stringify(needed)).not.toContain('for all in uat')
})

/** Of this computer, where the machines of the sandbox run too: their processes by what is in /proc. */
function processesWith(text: string, file: 'cmdline' | 'environ'): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const said = readFileSync(`/proc/${pid}/${file}`, 'utf8')
        return said.includes(text) ? [said] : []
      } catch {
        return []
      }
    })
}

test('a secret is in no command line, no other process, no log, no record, no event and no answer', async () => {
  expect(processesWith(planted, 'cmdline')).toEqual([])
  const holders = processesWith(planted, 'environ')
  expect(holders.length).toBeGreaterThan(0)
  for (const environ of holders) expect(environ).toMatch(/ATLAS_INSTANCE=\S+\/[ab]-backend\0/)

  const { operations } = await bodyOf(client.api.GET('/api/v1/operations'))
  const path = { id: operations[0]!.id }
  const said = {
    log: readFileSync(join(dataDir, 'server.log'), 'utf8'),
    database: await dump(databaseUrl(dataDir)),
    operations,
    steps: await bodyOf(client.api.GET('/api/v1/operations/{id}/steps', { params: { path } })),
    services: await deploys(client.api).services('hostomatic', 'uat'),
    events: await bodyOf(
      client.api.GET('/api/v1/events', { params: { query: { follow: false, limit: 200 } } } as never),
    ),
    audit: await bodyOf(client.api.GET('/api/v1/audit', { params: { query: { limit: 200 } } })),
  }
  for (const [where, text] of Object.entries(said))
    for (const form of [planted, "it's $(nowhere)", 'for all in uat', encodeURIComponent(planted), btoa(planted)])
      expect(JSON.stringify(text).includes(JSON.stringify(form).slice(1, -1)), `it is in ${where}`).toBe(false)
})

test('where nothing has changed nothing is done; a rotated secret starts anew what uses it, and only that', async () => {
  const [backend, frontend] = [await ask('backend'), await ask('frontend')]
  expect((await deploy({ kind: 'redeploy', ...place })).plan.work).toEqual([])
  const { secret, holders } = await secrets(client.api).rotate(name, { generate: { length: 40, alphabet: 'hex' } })
  expect(secret.version).toBe(2)
  expect(holders).toEqual([{ ...place, service: 'backend' }])
  expect((await secrets(client.api).needed('hostomatic', 'uat'))[0]!.services[0]).toMatchObject({ current: false })

  const { plan, operation } = await deploy({ kind: 'redeploy', ...place })
  expect(operation).toMatchObject({ status: 'succeeded', error: null })
  expect(started(plan)).toHaveLength(1)
  expect(hostomatic.tags()).toEqual([plan.deployment!.release])
  const after = await ask('backend')
  expect(after.password).toMatch(/^[0-9a-f]{40}$/)
  expect(after.pid).not.toBe(backend.pid)
  expect((await ask('frontend')).pid).toBe(frontend.pid)
  expect((await secrets(client.api).needed('hostomatic', 'uat'))[0]!.services[0]).toMatchObject({ current: true })
}, 300_000)

test('who set and rotated it, and which service was given it, is in the audit', async () => {
  const { audit } = await bodyOf(client.api.GET('/api/v1/audit', { params: { query: { secret: name, limit: 50 } } }))
  expect(audit.map(({ kind, action, object }) => [kind, action, object?.replace(/@.*/, '')]).reverse()).toEqual([
    ['answered', 'PUT /api/v1/secrets/:name', `/api/v1/secrets/${name}`],
    ['used', 'secret delivered', `${name} from sealed (version 1) to hostomatic/uat/backend`],
    ['answered', 'POST /api/v1/secrets/:name/rotate', `/api/v1/secrets/${name}/rotate`],
    ['used', 'secret delivered', `${name} from sealed (version 2) to hostomatic/uat/backend`],
  ])
})

test('a failing service may print its secrets: the error of the operation does not', async () => {
  const { password } = await ask('backend')
  const { operation } = await deploy(newRelease({ COMPLAIN: 'yes' }, 40))
  expect(operation.error).toMatchObject({ code: 'unhealthy' })
  expect(operation.error?.message).toContain('cannot log in with [secret]')
  expect(JSON.stringify(await dump(databaseUrl(dataDir)))).not.toContain(password!)
  expect(readFileSync(join(dataDir, 'server.log'), 'utf8')).not.toContain(password!)
}, 300_000)
