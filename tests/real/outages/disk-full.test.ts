import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { follow, type OutageServer, removeFolder, startServer, thereIs, workFolder } from './server.ts'
import { canMount, smallDisk } from './small-disk.ts'

const disks = (count: number) => Array.from({ length: count }, (_, i) => `disk${String(i).padStart(3, '0')}`)
const names = disks(40)
const fleet = (name: string, resources = names) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: resources.map((disk) => ({ type: 'volume', name: disk, specifications: { size_gb: 10 } })),
})
const full = { code: 'disk_full', hint: expect.stringMatching(/Free some space.*goes on by itself/) }

if (!canMount)
  console.warn('NOT TRIED: a full disk in the middle of an operation. It takes root and the right to mount.')

describe.runIf(canMount)('the disk of PostgreSQL fills in the middle of an operation', { timeout: 180_000 }, () => {
  let folder: string
  let disk: ReturnType<typeof smallDisk>
  let server: OutageServer

  const ending: (() => unknown)[] = []

  beforeAll(async () => {
    folder = workFolder()
    ending.push(() => removeFolder(folder))
    disk = smallDisk(join(folder, 'data/postgres'), 160)
    ending.push(disk.remove)
    server = await startServer(join(folder, 'data'))
    ending.push(server.stop)
  })
  afterAll(async () => {
    for (const end of ending.reverse()) await end()
  })

  /** Some of its volumes are made and known, the answers for others are on their way. */
  async function halfWay(name: string) {
    const { client, admin } = server
    await admin.clearFaults()
    await admin.addFault({ kind: 'latency', method: 'POST', path: '/v2/volumes', ms: 3000, probability: 0.5 })
    const { id } = await client.apply(fleet(name), {})
    await expect.poll(async () => (await client.operation(id)).completed_steps).toBeGreaterThan(4)
    return { id, followed: follow(client, id) }
  }

  /** Everything once, and everybody was told of it once. */
  async function expectWhole(name: string, { id, followed }: Awaited<ReturnType<typeof halfWay>>) {
    const events = await followed
    expect(await server.client.operation(id)).toMatchObject({ status: 'succeeded', completed_steps: names.length })
    expect(events.filter(({ type }) => type === 'step.done')).toHaveLength(names.length)
    expect(events.map((event) => event.id)).toEqual((await follow(server.client, id)).map((event) => event.id))
    expect(await thereIs(server, name, ['volume'])).toEqual(names.map((disk) => `volume:${disk}`))
    expect((await server.client.planApply(fleet(name))).steps).toEqual([])
  }

  test('tables that cannot grow: what is new is refused as disk_full, what runs goes on when there is space', async () => {
    const running = await halfWay('tables')
    disk.fill()
    // Too many to find room in the pages that there are.
    await expect(server.client.apply(fleet('refused', disks(1000)), {})).rejects.toMatchObject(full)
    expect(await server.client.operation(running.id)).toMatchObject({ status: 'in_progress' })
    disk.free()
    await expectWhole('tables', running)
    expect((await server.client.infrastructures()).map(({ name }) => name)).toEqual(['tables'])
    expect(await thereIs(server, 'refused', ['volume'])).toEqual([])
  })

  test('a write-ahead log that cannot grow: PostgreSQL stops, which is told as disk_full, and starts by itself', async () => {
    const running = await halfWay('log')
    disk.fill()
    await expect(fillLog(join(folder, 'data/postgres'))).rejects.toThrow()
    const ask = () => server.client.operation(running.id).catch((error: unknown) => error)
    await expect.poll(ask).toMatchObject(full)
    await expect(server.client.apply(fleet('refused'), {})).rejects.toMatchObject(full)
    expect(await server.atlas('status')).toMatchObject({
      exit: 7,
      stderr: expect.stringMatching(/^✗ The disk is full.*no room on its disk[\s\S]*Try: Free some space/),
    })
    disk.free()
    await expectWhole('log', running)
    expect(await server.client.health()).toMatchObject({ status: 'ok', database: 'ok' })
  })
})

/** Writes into the log and nowhere else, until PostgreSQL has no room for more. */
async function fillLog(home: string): Promise<void> {
  const { password } = JSON.parse(readFileSync(join(home, 'cluster.json'), 'utf8')) as { password: string }
  const port = readFileSync(join(home, 'cluster/postmaster.pid'), 'utf8').split('\n')[3]
  const client = new pg.Client(`postgresql://atlas:${password}@127.0.0.1:${port}/atlas`)
  client.on('error', () => {})
  await client.connect()
  try {
    for (let mb = 0; mb < 200; mb++)
      await client.query(`select pg_logical_emit_message(true, 'fill', repeat('x', 1000000))`)
  } finally {
    await client.end().catch(() => {})
  }
}
