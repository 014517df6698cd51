import type { AtlasEvent } from '@atlas/core'
import { expect, test } from 'vitest'
import { machine, workspace } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

/** Events of the infrastructure as they come, of drift only. */
function drifts({ store, name }: Scene): { seen: AtlasEvent[]; next(type: string): Promise<AtlasEvent> } {
  const seen: AtlasEvent[] = []
  const signal = AbortSignal.timeout(30_000)
  void (async () => {
    for await (const event of store.events(workspace, { afterId: 0, infrastructure: name }, signal))
      if (event.type.startsWith('drift.')) seen.push(event)
  })().catch(() => {})
  return {
    seen,
    async next(type) {
      await expect.poll(() => seen.at(-1)?.type, { timeout: 20_000 }).toBe(type)
      return seen.at(-1)!
    },
  }
}

test('what somebody changed is told once, stands in the view, can be repaired, and its end is told', async () => {
  const scene = await begin()
  await scene.work({ patrolMs: 200 })
  await scene.apply([machine('web1'), machine('web2')], scene.name)
  const events = drifts(scene)
  const web1 = scene.cloud.records().find((one) => one.name === 'web1')!
  scene.cloud.change(web1, { ...web1.specifications, size: 's-8vcpu-16gb' })

  const told = await events.next('drift.detected')
  expect(told.data).toMatchObject({
    resources: [{ resource: 'web1', kind: 'changed', reason: 'web1 differs in size' }],
  })
  await rounds(scene, 3)
  expect(events.seen).toHaveLength(1)
  expect(await scene.store.infrastructure(workspace, scene.name)).toMatchObject({ status: 'degraded' })

  const repair = await scene.plan('repair', scene.name)
  expect(repair.steps).toMatchObject([{ action: 'update', resource: 'web1' }])
  const { id } = await scene.store.submit(repair)
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  await events.next('drift.cleared')
  await rounds(scene, 2)
  expect(events.seen.map((event) => event.type)).toEqual(['drift.detected', 'drift.cleared'])
  expect(await scene.store.infrastructure(workspace, scene.name)).toMatchObject({ status: 'ready', drift: null })
})

test('what is gone is told as missing and shown so; when it was a lagging read, that is cleared', async () => {
  const scene = await begin()
  await scene.work({ patrolMs: 200 })
  await scene.apply([machine('web1')], scene.name)
  const events = drifts(scene)
  scene.cloud.drop(scene.cloud.records()[0]!)
  expect((await events.next('drift.detected')).data).toMatchObject({
    resources: [{ resource: 'web1', kind: 'missing' }],
  })
  const { resources } = await scene.store.infrastructure(workspace, scene.name)
  expect(resources).toMatchObject([{ resource: 'web1', phase: 'missing' }])
})

test('a running operation is not drift', async () => {
  const scene = await begin({ readyMs: 800 })
  await scene.work({ patrolMs: 100 })
  await scene.apply([machine('web1')], scene.name)
  await scene.apply([machine('web1', { size: 's-2vcpu-4gb' })], scene.name)
  const events = drifts(scene)
  await rounds(scene, 3)
  expect(events.seen).toEqual([])
})

async function rounds({ cloud }: Scene, count: number): Promise<void> {
  const lists = () => cloud.calls.filter((call) => call.verb === 'list').length
  const before = lists()
  await expect.poll(lists, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + count)
}
