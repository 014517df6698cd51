import type { Infrastructure } from '@atlas/core'
import { type MemoryCloud, memoryCloud } from '@atlas/driver-memory'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './database.ts'
import { machine, type Stage, stage, vpc } from './stage.ts'

let database: TestDatabase
let cloud: MemoryCloud
let scene: Stage
let infrastructures = 0

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
afterEach(() => scene.close())

async function begin(options: Parameters<typeof memoryCloud>[0] = {}) {
  cloud = memoryCloud({ ...options, account: `memory:${++infrastructures}` })
  scene = await stage(database.url, cloud)
  return `shop${infrastructures}`
}

const names = () =>
  cloud
    .records()
    .map((record) => record.name)
    .sort()

test('a plan is carried out, in order, and the second one has nothing to do', async () => {
  const name = await begin({ readyMs: 100 })
  await scene.work()
  const done = await scene.apply([vpc('net'), machine('web1', { vpc: { ref: 'net.id' } }), machine('web2')], name)
  expect(done).toMatchObject({ status: 'succeeded', completedSteps: 3, error: null })
  const net = cloud.records('vpc')[0]!
  expect(cloud.records('machine').find((one) => one.name === 'web1')!.specifications.vpc).toBe(net.id)
  const shown = await scene.store.infrastructure('home', name)
  expect(shown).toMatchObject({ status: 'ready' })
  expect(shown.resources.map((one) => [one.resource, one.phase])).toEqual([
    ['net', 'ready'],
    ['web1', 'ready'],
    ['web2', 'ready'],
  ])
  expect((await scene.plan('apply', await described(name))).steps).toEqual([])

  const destroyed = await scene.store.submit(await scene.plan('destroy', name), { consent: ['web1', 'web2'] })
  expect(await scene.ended(destroyed.id)).toMatchObject({ status: 'succeeded' })
  expect(names()).toEqual([])
  expect(await scene.store.infrastructure('home', name)).toMatchObject({ status: 'destroyed', resources: [] })
})

test('a create whose answer was lost is adopted, not repeated', async () => {
  const name = await begin({ listLagMs: 100 })
  cloud.order('lost_answer', { verb: 'create' })
  await scene.work()
  expect(await scene.apply([machine('web1')], name)).toMatchObject({ status: 'succeeded' })
  expect(names()).toEqual(['web1'])
})

const described = async (name: string) =>
  (await scene.store.recall('home', name))!.description as unknown as Infrastructure
