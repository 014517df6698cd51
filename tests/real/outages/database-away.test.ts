import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../engine/database.ts'
import { follow, type OutageServer, removeFolder, startServer, thereIs, workFolder } from './server.ts'

const awayMs = 30_000
/** What is refused must be refused soon: nobody looks at a command that hangs. */
const soonMs = 8000

let folder: string
let database: TestDatabase
let server: OutageServer

beforeEach(async () => {
  folder = workFolder()
  database = await testDatabase()
  server = await startServer(`${folder}/data`, { DATABASE_URL: database.url })
})
afterEach(async () => {
  await server.stop()
  await database.drop()
  removeFolder(folder)
})

const volumes = Array.from({ length: 24 }, (_, i) => `disk${String(i).padStart(2, '0')}`)
const shop = {
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [
    { type: 'vpc', name: 'net', specifications: {} },
    {
      type: 'machine',
      name: 'web1',
      specifications: { size: 's-1vcpu-1gb', image: 'debian-13-x64', vpc: { ref: 'net.id' } },
    },
    ...volumes.map((name) => ({ type: 'volume', name, specifications: { size_gb: 10 } })),
  ],
}

test('the database gone for 30 s in the middle of an operation loses nothing, and says so meanwhile', {
  timeout: 180_000,
}, async () => {
  const { client, admin } = server
  // Half the disks are there before the outage. The answers for the others, and for the network that the machine waits
  // for, come while the database is away.
  await admin.addFault({ kind: 'latency', method: 'POST', path: '/v2/volumes', ms: 4000, probability: 0.5 })
  await admin.addFault({ kind: 'latency', method: 'POST', path: '/v2/vpcs', ms: 4000 })
  const { id } = await client.apply(shop, {})
  const followed = follow(client, id)
  await expect.poll(async () => (await client.operation(id)).completed_steps).toBeGreaterThan(4)

  const away = database.restart(awayMs)
  await expect.poll(() => client.health()).toMatchObject({ status: 'degraded', database: 'unreachable' })
  const unavailable = { code: 'database_unavailable', message: expect.stringContaining('does not answer') }
  for (const ask of [() => client.operation(id), () => client.infrastructures(), () => client.apply(shop, {})]) {
    const began = performance.now()
    await expect(ask()).rejects.toMatchObject({ ...unavailable, hint: expect.stringContaining('tried again') })
    expect(performance.now() - began).toBeLessThan(soonMs)
  }
  const status = await server.atlas('status')
  expect(status).toMatchObject({ exit: 7, stderr: expect.stringContaining('PostgreSQL cannot be reached') })
  expect(status.stderr).toContain('Try: ')
  expect(status.ms).toBeLessThan(soonMs)
  // The network is there by now, and its machine must wait: nothing new is begun before the journal can tell of it.
  await sleep(6000)
  expect(await thereIs(server, 'shop', ['droplet', 'vpc'])).toEqual(['vpc:net'])
  await away

  const events = await followed
  expect(await client.operation(id)).toMatchObject({ status: 'succeeded', completed_steps: 26 })
  expect(await thereIs(server, 'shop', ['droplet', 'volume', 'vpc'])).toEqual([
    'droplet:web1',
    ...volumes.map((name) => `volume:${name}`),
    'vpc:net',
  ])
  expect((await client.planApply(shop)).steps).toEqual([])
  const read = await follow(client, id)
  expect(events.map((event) => event.id)).toEqual(read.map((event) => event.id))
  expect(
    events
      .filter(({ type }) => type === 'step.done')
      .map(({ step }) => step)
      .toSorted(),
  ).toHaveLength(26)
})
