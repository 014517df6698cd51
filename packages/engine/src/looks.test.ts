import { ownerOf } from '@atlas/core'
import { memoryCloud, memoryDriver } from '@atlas/driver-memory'
import { expect, test } from 'vitest'
import { interval, looks } from './looks.ts'

const owner = ownerOf('w', 'i')
const never = new AbortController().signal

function cloudOf(count: number, more: Parameters<typeof memoryCloud>[0] = {}) {
  const cloud = memoryCloud(more)
  const stamp = { owner, identity: 'x' }
  const made = Array.from({ length: count }, (_, i) =>
    cloud.add({ type: 'machine', name: `m${i}`, region: 'r', specifications: {}, stamp }),
  )
  return { cloud, ids: made.map((one) => one.id), machine: memoryDriver(cloud).types.machine! }
}
const verbs = (calls: readonly { verb: string }[]) => Object.groupBy(calls, (call) => call.verb)

test('many who wait share one listing', async () => {
  const { cloud, ids, machine } = cloudOf(100)
  const look = looks(machine, owner, never)
  const seen = await Promise.all(ids.map((id) => look.next(id, performance.now())))
  expect(seen.map((one) => one?.id)).toEqual(ids)
  expect(verbs(cloud.calls)).toMatchObject({ list: { length: 1 } })
  expect(cloud.calls).toHaveLength(1)
})

test('few who wait are asked for one by one', async () => {
  const { cloud, ids, machine } = cloudOf(2)
  const look = looks(machine, owner, never)
  await Promise.all(ids.map((id) => look.next(id, performance.now())))
  expect(verbs(cloud.calls)).toMatchObject({ get: { length: 2 } })
})

test('what a lagging listing does not show is asked for by its id', async () => {
  const { ids, machine } = cloudOf(5, { listLagMs: 60_000 })
  const look = looks(machine, owner, never)
  const seen = await Promise.all([...ids, 'machine-none'].map((id) => look.next(id, performance.now())))
  expect(seen.map((one) => one?.id)).toEqual([...ids, undefined])
})

test('a listing begins after it was asked for, so those who ask during one share the next', async () => {
  const { cloud, machine } = cloudOf(1, { latencyMs: 20 })
  const look = looks(machine, owner, never)
  const first = look.listing()
  await Promise.resolve()
  await Promise.resolve()
  await Promise.all([first, look.listing(), look.listing(), look.listing()])
  expect(cloud.calls).toHaveLength(2)
})

test('a passing fault of a read is not noticed, a refusal is', async () => {
  const { cloud, ids, machine } = cloudOf(1)
  const look = looks(machine, owner, never)
  cloud.order('error_before', { verb: 'get', times: 2 })
  expect(await look.now(ids[0]!)).toMatchObject({ id: ids[0] })
  cloud.order('forbidden', { verb: 'get' })
  await expect(look.now(ids[0]!)).rejects.toMatchObject({ code: 'cloud_forbidden' })
})

test('rounds come soon at first and seldom in the end', () => {
  expect([0, 1000, 4000, 60_000].map(interval)).toEqual([250, 250, 1000, 5000])
})
