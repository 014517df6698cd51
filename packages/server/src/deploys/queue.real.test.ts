import { join } from 'node:path'
import { bodyOf, type Client, deploys } from '@atlas/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
