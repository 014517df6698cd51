import { ownerOf } from '@atlas/core'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import { expect, test } from 'vitest'
import { refresh } from './refresh.ts'

const owner = ownerOf('w', 'i')

test('a thousand resources cost the pages of a listing, and what it does not show one read each', async () => {
  const cloud = memoryCloud()
  const driver = memoryDriver(cloud)
  const stamp = { owner, identity: 'x' }
  for (let i = 0; i < 1000; i++) cloud.add({ type: 'machine', name: `m${i}`, region: 'r', specifications: {}, stamp })
  const all = await Array.fromAsync(driver.types.machine!.list({ owner }))
  const remember = ({ id, physicalId }: { id: string; physicalId: string }) => ({
    resource: id,
    type: 'machine' as const,
    generation: 1,
    id,
    physicalId,
    specifications: {},
    dependsOn: [],
  })
  cloud.calls.length = 0
  const live = await refresh(driver, owner, [...all, { id: 'gone', physicalId: 'gone' }].map(remember))
  expect([...live.keys()]).toEqual(all.map((one) => one.physicalId))
  expect(cloud.calls.map((call) => call.verb)).toEqual(['list', 'list', 'list', 'list', 'list', 'list', 'get'])
})

test('a read that is forbidden never means gone', async () => {
  const cloud = memoryCloud()
  cloud.order('forbidden', { verb: 'get' })
  const one = { resource: 'a', type: 'machine' as const, generation: 1, id: 'a', physicalId: 'a' }
  const owned = [{ ...one, specifications: {}, dependsOn: [] }]
  await expect(refresh(memoryDriver(cloud), owner, owned)).rejects.toMatchObject({ code: 'cloud_forbidden' })
})
