import type { JsonObject } from '@atlas/core'
import { type MemoryCloud, memoryCloud } from '@atlas/driver-memory'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './database.ts'
import { type Stage, stage } from './stage.ts'

let database: TestDatabase
let cloud: MemoryCloud
let scene: Stage

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
afterEach(() => scene.close())

async function begin(account: string) {
  cloud = memoryCloud({ account })
  scene = await stage(database.url, cloud)
  await scene.work()
}

async function destroy(name: string) {
  const plan = await scene.plan('destroy', name)
  const { id } = await scene.store.submit(plan, { consent: plan.consentNeeded.map(({ resource }) => resource) })
  return scene.ended(id)
}

const resource = (type: string, name: string, specifications: JsonObject): JsonObject => ({
  type,
  name,
  specifications,
})

test('a name that the cloud gives out again is ours again, also when the answer was lost', async () => {
  await begin('memory:names')
  const zone = [resource('domain', 'zone', { name: 'example.com' })]
  expect(await scene.apply(zone, 'names')).toMatchObject({ status: 'succeeded' })
  expect(await destroy('names')).toMatchObject({ status: 'succeeded' })
  expect(cloud.records('domain')).toEqual([])
  cloud.order('lost_answer', { verb: 'create' })
  expect(await scene.apply(zone, 'names')).toMatchObject({ status: 'succeeded' })
  expect(cloud.records('domain')).toHaveLength(1)
  expect(await destroy('names')).toMatchObject({ status: 'succeeded' })
})

test('what stays in the account when it is left can be used again', async () => {
  await begin('memory:keys')
  const public_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA4yTr0q6cB2W6sI1yX0m3Wc0w8Q9fK0T8cQyPj5m1vd somebody@laptop'
  cloud.add({ type: 'ssh_key', name: 'laptop', region: 'nyc3', specifications: { public_key } })
  const key = [resource('ssh_key', 'key', { public_key })]
  for (let round = 1; round <= 2; round++) {
    expect(await scene.apply(key, 'keys')).toMatchObject({ status: 'succeeded' })
    expect(await destroy('keys')).toMatchObject({ status: 'succeeded' })
    expect(cloud.records('ssh_key').map(({ name }) => name)).toEqual(['laptop'])
  }
})
