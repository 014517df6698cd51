import { type Infrastructure, plan } from '@atlas/core'
import { memoryDriver } from '@atlas/driver-memory'
import { refresh } from '@atlas/engine'
import { expect, test } from 'vitest'
import { workerProcess } from './process.ts'
import { describe, machine, vpc, workspace } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

/** Waits for the first event of a type. */
async function happens({ store }: Scene, operation: string, type: string): Promise<void> {
  const seen = new AbortController()
  for await (const event of store.events(workspace, { afterId: 0, operation }, seen.signal))
    if (event.type === type) seen.abort()
}

test('what is open is settled, the rest is skipped, nothing is orphaned', async () => {
  const scene = await begin({ latencyMs: 50 })
  scene.cloud.order('lost_answer', { verb: 'create', type: 'machine' })
  const { id } = await scene.store.submit(
    await scene.plan(
      'apply',
      describe([machine('web1'), machine('web2', { vpc: { ref: 'net.id' } }), vpc('net')], scene.name),
    ),
  )
  await scene.work()
  await happens(scene, id, 'step.settling')
  await scene.store.cancel(workspace, id)
  const end = await scene.ended(id)
  expect(['cancelled', 'succeeded']).toContain(end.status)
  const ours = (await scene.store.infrastructure(workspace, scene.name)).resources.map((one) => one.resource)
  expect(ours.toSorted()).toEqual(scene.there())
})

test('a deletion that was asked for before the cancel is known to have happened', async () => {
  const scene = await begin({ latencyMs: 20 })
  const first = await scene.work()
  await scene.apply([machine('web1'), machine('old')], scene.name)
  await first.stop()
  const plan = await scene.plan('apply', describe([machine('web1')], scene.name))
  const victim = workerProcess(scene.given, 'remove.answered')
  const { id } = await scene.store.submit(plan, { consent: ['old'] })
  await victim.ended
  await scene.store.cancel(workspace, id)
  await scene.work()
  await scene.ended(id)
  const ours = (await scene.store.infrastructure(workspace, scene.name)).resources.map((one) => one.resource)
  expect(ours).toEqual(['web1'])
  expect(scene.there()).toEqual(['web1'])
})

test('an operation that waits for a machine is cancelled at once; the machine stays ours', async () => {
  const scene = await begin({ readyMs: 60_000 })
  await scene.work()
  const { id } = await scene.store.submit(await scene.plan('apply', describe([machine('web1')], scene.name)))
  await happens(scene, id, 'step.waiting')
  await scene.store.cancel(workspace, id)
  expect(await scene.ended(id)).toMatchObject({ status: 'cancelled', cancelRequested: true })
  expect((await scene.store.infrastructure(workspace, scene.name)).resources).toMatchObject([{ resource: 'web1' }])
})

test('one that nobody has begun is cancelled without a call', async () => {
  const scene = await begin()
  const { id } = await scene.store.submit(await scene.plan('apply', describe([machine('web1')], scene.name)))
  await scene.store.cancel(workspace, id)
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'cancelled' })
  expect(scene.cloud.calls.filter((call) => call.verb === 'create')).toEqual([])
})

test('cancelling what is over changes nothing', async () => {
  const scene = await begin()
  await scene.work()
  const { id } = await scene.apply([machine('web1')], scene.name)
  expect(await scene.store.cancel(workspace, id)).toMatchObject({ status: 'succeeded', cancelRequested: false })
  await expect(scene.store.cancel(workspace, 'nonsense')).rejects.toMatchObject({ code: 'not_found' })
})

test('a rollback removes exactly what was made, and brings back what was changed', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1'), machine('db1')], scene.name)
  const resources = [machine('web1', { size: 's-2vcpu-4gb' }), machine('db1'), machine('web2'), vpc('net')]
  const undone = await scene.apply(resources, scene.name)
  expect(scene.there()).toEqual(['db1', 'net', 'web1', 'web2'])

  const rollback = await rollbackOf(scene, undone.id)
  const { id } = await scene.store.submit(rollback, { consent: ['web2'] })
  expect(await scene.ended(id)).toMatchObject({ kind: 'rollback', status: 'succeeded' })
  expect(scene.there()).toEqual(['db1', 'web1'])
  expect(scene.cloud.records().map((one) => one.specifications.size)).toEqual(['s-1vcpu-1gb', 's-1vcpu-1gb'])
})

test('the first operation is rolled back to nothing', async () => {
  const scene = await begin()
  await scene.work()
  const { id: first } = await scene.apply([machine('web1')], scene.name)
  const { id } = await scene.store.submit(await rollbackOf(scene, first), { consent: ['web1'] })
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(scene.there()).toEqual([])
})

/** As the server plans it: towards the description before the operation. */
async function rollbackOf({ store, cloud, name }: Scene, operation: string) {
  const { descriptionBefore, plan: undone } = await store.planOf(workspace, operation)
  const { owned, owner, revision } = (await store.recall(workspace, name))!
  const reader = memoryDriver(cloud)
  return plan({
    kind: 'rollback',
    undoes: operation,
    workspace,
    account: cloud.account,
    revision,
    description: (descriptionBefore ?? { ...undone.description, resources: [] }) as unknown as Infrastructure,
    owned,
    observed: await refresh(reader, owner, owned),
    drivers: reader.types,
    catalogueDate: '2026-01-01',
  })
}
