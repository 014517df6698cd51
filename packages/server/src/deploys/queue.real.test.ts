import { join } from 'node:path'
import { bodyOf, type Client, deploys } from '@atlas/client'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseUrl } from '../database.fixture.ts'
import { clientOf, dataFolder, finished, type ServerProcess, startServer, stopServer } from '../server.fixture.ts'
import { bringAboutFleet, onMachine } from './fleet.fixture.ts'
import { repositoryOf } from './repository.fixture.ts'

const folder = dataFolder()
let server: ServerProcess
let client: Client
let hostomatic: ReturnType<typeof repositoryOf>

/** Holds a deploy to uat before its traffic moves, until /tmp/go is there on its machine. */
const gate =
  'echo "with $DB_PASSWORD"; [ "$ATLAS_ENVIRONMENT" = test ] || until [ -e /tmp/go ]; do sleep 0.1; done; echo went'

const config = {
  infrastructure: { name: 'fleet' },
  deployment_platform: 'process',
  git_config: { base_url: `file://${folder.path}/git` },
  projects: {
    hostomatic: {
      release: gate,
      services: {
        backend: {
          path: 'backend',
          secrets: ['db_password'],
          drain_s: 1,
          health: { interval_s: 0.2, retries: 300 },
        },
      },
    },
  },
}

const start = () => startServer(folder.path, { env: { HOSTOMATIC_UAT_DB_PASSWORD: 'geheim', TEST_DB_PASSWORD: 'x' } })
const open = () => clientOf(folder.path)
const machine = (script: string) => onMachine(client, folder.path, 'web1', script)
const ask = (environment: string, settings = config) =>
  deploys(client.api).create({ kind: 'deploy', project: 'hostomatic', environment, ref: 'main', config: settings })
const look = (id: string) => client.operation(id)

beforeAll(async () => {
  server = await start()
  client = open()
  hostomatic = repositoryOf(join(folder.path, 'git'), 'hostomatic')
  await bringAboutFleet(client, folder.path, 'hostomatic,1,s-1vcpu-1gb,s-1vcpu-1gb')
}, 300_000)
afterAll(async () => {
  await stopServer(server)
  folder.remove()
})

test('deploys of an environment queue, through a restart too, and are planned anew when their turn comes; others go on', async () => {
  const first = await ask('uat')
  expect(first.waits_for).toBeNull()
  await expect.poll(async () => (await look(first.id)).current_step, { timeout: 60_000 }).toContain('release command')

  const second = await ask('uat')
  const third = await ask('uat')
  const fourth = await ask('uat')
  expect(second).toMatchObject({ status: 'queued', waits_for: { operation: first.id, position: 1 } })
  expect(third).toMatchObject({ status: 'queued', waits_for: { operation: second.id, position: 2 } })
  await bodyOf(client.api.POST('/api/v1/operations/{id}/cancel', { params: { path: { id: third.id } } }))
  expect(await look(third.id)).toMatchObject({ status: 'cancelled', waits_for: null })
  expect(await look(fourth.id)).toMatchObject({ waits_for: { operation: second.id, position: 2 } })

  const elsewhere = await ask('test')
  expect(await finished(client, elsewhere.id)).toMatchObject({ status: 'succeeded' })
  await expect(client.repair('fleet', {})).rejects.toMatchObject({ code: 'operation_running' })

  await stopServer(server)
  hostomatic.write('backend/later.txt', 'made while the second waited\n')
  const commit = hostomatic.commit('later')
  server = await start()
  client = open()
  expect(await look(second.id)).toMatchObject({ status: 'queued', waits_for: { position: 1 } })
  await machine('touch /tmp/go')

  // Machines of the sandbox end with the server that has it, so the command was cut off.
  const cut = await finished(client, first.id)
  expect(cut.error).toMatchObject({ code: 'release_failed', message: expect.stringContaining('nobody knows') })
  for (const { id } of [second, fourth]) expect((await finished(client, id)).error).toBeNull()
  const { releases } = await bodyOf(client.api.GET('/api/v1/releases', { params: { query: {} } }))
  const uat = releases.filter(({ tag }) => tag.includes('-uat-'))
  expect(uat.map((one) => one.commit === commit)).toEqual([true, false])
  expect((await look(fourth.id)).total_steps).toBe(0)
}, 300_000)

test('what a release command printed is kept, without its secrets', async () => {
  const printed: unknown[] = []
  const stop = new AbortController()
  for await (const { data } of client.events({ type: ['step.done'], signal: stop.signal })) {
    const { action, output } = data as { action: string; output?: string }
    if (action !== 'once') continue
    printed.push(output)
    if (printed.length === 2) stop.abort()
  }
  expect(printed).toEqual(['with [secret]\nwent\n', 'with [secret]\nwent\n'])
}, 60_000)

test('a release command that fails leaves everything on the release before, and says what it printed', async () => {
  const [before] = (await bodyOf(client.api.GET('/api/v1/environments'))).environments.filter(
    ({ environment }) => environment === 'uat',
  )
  hostomatic.write('backend/other.txt', 'another\n')
  hostomatic.commit('another')
  const failing = structuredClone(config)
  failing.projects.hostomatic.release = 'echo "no table for $DB_PASSWORD" >&2; exit 3'
  const ended = await finished(client, (await ask('uat', failing)).id)
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'release_failed' } })
  expect(ended.error?.message).toContain('ended with 3 on web1. It printed last:\nno table for [secret]')
  const [after] = (await bodyOf(client.api.GET('/api/v1/environments'))).environments.filter(
    ({ environment }) => environment === 'uat',
  )
  expect(after?.release).toBe(before?.release)
}, 120_000)

test('a deploy whose server is killed while it is planned is planned anew by the next server', async () => {
  await machine('rm -f /tmp/go')
  hostomatic.write('backend/once-more.txt', 'for the one that runs\n')
  hostomatic.commit('once more')
  const first = await ask('uat')
  await expect.poll(async () => (await look(first.id)).current_step, { timeout: 60_000 }).toContain('release command')
  const second = await ask('uat')
  hostomatic.write('backend/once-more.txt', 'made while the second waited\n')
  const commit = hostomatic.commit('after the second was asked for')

  // A plan reads the ports: so it stands still in the middle.
  const holding = new pg.Client(databaseUrl(folder.path)).on('error', () => {})
  await holding.connect()
  await holding.query('begin; lock table atlas.port_assignment in access exclusive mode')
  await machine('touch /tmp/go')
  const planning = 'select from pg_locks where not granted and relation = $1::regclass'
  const isPlanned = async () => (await holding.query(planning, ['atlas.port_assignment'])).rowCount
  await expect.poll(isPlanned, { timeout: 60_000 }).toBe(1)
  server.child.kill('SIGKILL')
  await server.ended
  await holding.end().catch(() => {})

  server = await start()
  client = open()
  await machine('touch /tmp/go')
  expect(await finished(client, second.id, 240_000)).toMatchObject({
    status: 'succeeded',
    error: null,
    waits_for: null,
  })
  const { releases } = await bodyOf(client.api.GET('/api/v1/releases', { params: { query: {} } }))
  expect(releases.filter((one) => one.commit === commit)).toHaveLength(1)
}, 400_000)

test('that the only instance there is has died is told with the reason, and that it answers again', async () => {
  const told = async () => {
    const query = { type: 'target.*', follow: false }
    const page = await bodyOf(client.api.GET('/api/v1/events', { params: { query } } as never))
    const { events } = page as unknown as { events: { type: string; data: Record<string, string> }[] }
    const own = events.filter(({ data }) => data.environment === 'uat')
    return own.map(
      ({ type, data }) => `${type.replace(/^.*\.target/, 'target')} ${data.service}@${data.machine}: ${data.reason}`,
    )
  }
  const before = (await told()).length
  await machine('kill -KILL -$(cat /var/lib/atlas/lanes/hostomatic.uat/run/*-backend/child)')
  await expect
    .poll(async () => (await told()).slice(before), { timeout: 60_000 })
    .toEqual([
      expect.stringMatching(/target\.failing backend@web1: .* takes no connection/),
      expect.stringMatching(/target\.restored backend@web1/),
    ])
}, 120_000)
