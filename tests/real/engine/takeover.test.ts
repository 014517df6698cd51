import type { Driver, ResourceDriver } from '@atlas/core'
import { memoryDriver } from '@atlas/driver-memory'
import { callSlots, gateMs, runOperation } from '@atlas/engine'
import { expect, test } from 'vitest'
import { workerProcess } from './process.ts'
import { describe, machine, workspace } from './stage.ts'
import { theatre } from './theatre.ts'

const begin = theatre()
const machines = (count: number) => Array.from({ length: count }, (_, i) => machine(`m${i}`))

test('a worker killed with -9: its operation goes on with another', async () => {
  const scene = await begin({ latencyMs: 50 })
  const workers = [workerProcess(scene.given), workerProcess(scene.given)]
  await Promise.all(workers.map((worker) => worker.says('ready')))
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(40), scene.name)))
  const victim = await Promise.race(workers.map((worker) => worker.says('took').then(() => worker)))
  await expect.poll(async () => (await scene.store.operation(workspace, id)).completedSteps).toBeGreaterThan(2)
  victim.signal('SIGKILL')
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', completedSteps: 40 })
  expect(await scene.events(id, 'operation.taken_over')).not.toEqual([])
  expect(scene.there()).toEqual(
    machines(40)
      .map((one) => String(one.name))
      .toSorted(),
  )
})

test('a stopped worker is fenced: what it had in flight is swept, and it touches nothing when it goes on', async () => {
  const scene = await begin({ latencyMs: 30 })
  const zombie = workerProcess(scene.given, undefined, 'create.gated:3')
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(20), scene.name)))
  await zombie.says('stopped')
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  const before = scene.cloud.calls.filter((call) => call.verb === 'create').length
  zombie.signal('SIGCONT')
  await zombie.says('operation was taken over')
  expect(scene.there()).toHaveLength(20)
  expect(new Set(scene.there()).size).toBe(20)
  expect(scene.cloud.calls.filter((call) => call.verb === 'create')).toHaveLength(before)
})

test('a worker that was taken for dead, and has its lease again, changes nothing more', async () => {
  const scene = await begin()
  const first = await scene.work()
  await scene.apply([machine('web1')], scene.name)
  await first.stop()
  const { id } = await scene.store.submit(
    await scene.plan('apply', describe([machine('web1', { size: 's-2vcpu-4gb' })], scene.name)),
  )
  const { lease, release } = await scene.store.work()
  const driver = memoryDriver(scene.cloud)
  const update: ResourceDriver['update'] = async (observed, want, context) => {
    await scene.store.takeOver(id, lease.worker + 1)
    await endSessionsOfWorkers(scene.database.url)
    await expect.poll(() => lease.age()).toBe(Number.POSITIVE_INFINITY)
    await lease.confirmed(new AbortController().signal)
    return driver.types.machine!.update(observed, want, context)
  }
  const halting: Driver = { ...driver, types: { ...driver.types, machine: { ...driver.types.machine!, update } } }
  const parts = { store: scene.store, lease, driverFor: async () => halting, slotsFor: () => callSlots(5) }
  await expect(runOperation(parts, id, new AbortController().signal)).rejects.toMatchObject({ code: 'fenced' })
  await release()
  expect(scene.cloud.calls.filter((call) => call.verb === 'update')).toEqual([])
})

test('two workers take the same operation at the same moment: one of them does it', async () => {
  const scene = await begin({ latencyMs: 10 })
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(10), scene.name)))
  const leases = await Promise.all([scene.store.work(), scene.store.work()])
  const run = (lease: (typeof leases)[number]['lease']) =>
    runOperation(
      {
        store: scene.store,
        lease,
        driverFor: async () => memoryDriver(scene.cloud),
        slotsFor: () => callSlots(5),
        timing: { marginMs: 150 },
      },
      id,
      new AbortController().signal,
    )
  const ends = await Promise.allSettled(leases.map(({ lease }) => run(lease)))
  for (const { release } of leases) await release()
  expect(ends.map((end) => (end.status === 'fulfilled' ? end.value?.status : end.reason.code)).toSorted()).toEqual([
    'fenced',
    'succeeded',
  ])
  expect(scene.there()).toEqual(
    machines(10)
      .map((one) => String(one.name))
      .toSorted(),
  )
  expect((await scene.store.infrastructure(workspace, scene.name)).resources).toHaveLength(10)
})

test('a worker that stops in good order hands over, and nothing has to be settled', async () => {
  const scene = await begin({ latencyMs: 40 })
  const first = await scene.work()
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(40), scene.name)))
  await expect.poll(async () => (await scene.store.operation(workspace, id)).completedSteps).toBeGreaterThan(0)
  await first.stop()
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', completedSteps: 40 })
  expect(await scene.events(id, 'step.settling')).toEqual([])
  expect(scene.there()).toHaveLength(40)
})

test('a delivery that a living worker has lost is delivered again', async () => {
  const scene = await begin()
  const { deliveries, lease, release } = await scene.store.work()
  const { id } = await scene.store.submit(await scene.plan('apply', describe(machines(2), scene.name)))
  const delivery = await deliveries.next(new AbortController().signal)
  await scene.store.takeOver(id, lease.worker)
  delivery!.leave()
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(lease.age()).toBeLessThan(gateMs)
  await release()
})

test('workers that live are counted, dead ones are not', async () => {
  const scene = await begin()
  const one = workerProcess(scene.given)
  await one.says('ready')
  await expect.poll(async () => (await scene.store.health()).workers).toBe(1)
  one.signal('SIGKILL')
  await expect.poll(async () => (await scene.store.health()).workers, { timeout: 5000 }).toBe(0)
})

/** As a restart of PostgreSQL does. */
async function endSessionsOfWorkers(url: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atlas worker'`)
  await client.end()
}
