import { type MemoryCloud, memoryCloud } from '@atlas/driver-memory'
import { crashPoints } from '@atlas/engine'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './database.ts'
import { endProcesses, workerProcess } from './process.ts'
import { serveCloud } from './remote.ts'
import { describe, machine, type Stage, stage, vpc } from './stage.ts'

let database: TestDatabase
let cloud: MemoryCloud
let scene: Stage
let close: () => void
let count = 0

beforeAll(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  endProcesses()
  close()
  await scene.close()
})
afterAll(() => database.drop())

async function begin(options: Parameters<typeof memoryCloud>[0] = {}) {
  const account = `memory:crash${++count}`
  cloud = memoryCloud({ listLagMs: 100, lateEffectMs: 50, requestTimeoutMs: 300, readyMs: 30, ...options, account })
  const served = await serveCloud(cloud)
  close = served.close
  scene = await stage(database.url, cloud)
  return { name: `crash${count}`, given: { database: database.url, cloud: served.url, account, bounds: cloud.bounds } }
}

const names = () =>
  cloud
    .records()
    .map((record) => record.name)
    .sort()

const wanted = [vpc('net'), machine('web1', { vpc: { ref: 'net.id' } }), machine('web2')]

/** What has to go wrong so that a point is passed at all. */
const provoke: Partial<Record<string, () => void>> = {
  'settle.begun': () => cloud.order('lost_answer', { verb: 'create' }),
  'settle.found': () => cloud.order('lost_answer', { verb: 'create' }),
  'settle.adopted': () => cloud.order('lost_answer', { verb: 'create' }),
  'sweep.begun': () => cloud.order('error_before', { verb: 'create' }),
}

test.each(crashPoints.filter((point) => !point.startsWith('sweep.') || point === 'sweep.begun'))(
  'a worker killed at %s leaves nothing twice and nothing behind',
  async (point) => {
    const { name, given } = await begin()
    if (/^(update|remove)/.test(point)) {
      const first = await scene.work()
      await scene.apply([...wanted, machine('old')], name)
      await first.stop()
    }
    const resources = [wanted[0]!, wanted[1]!, machine('web2', { size: 's-2vcpu-4gb' })]
    const plan = await scene.plan('apply', describe(resources, name))
    provoke[point]?.()
    const victim = workerProcess(given, point)
    const { id } = await scene.store.submit(plan, { consent: ['old'] })
    await victim.ended
    await scene.work()
    expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
    expect(names()).toEqual(['net', 'web1', 'web2'])
    expect((await scene.plan('apply', describe(resources, name))).steps).toEqual([])
  },
)
