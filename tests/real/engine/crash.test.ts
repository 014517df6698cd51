import { crashPoints } from '@atlas/engine'
import { expect, test } from 'vitest'
import { workerProcess } from './process.ts'
import { describe, machine, vpc } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

const wanted = [vpc('net'), machine('web1', { vpc: { ref: 'net.id' } })]

/** What has to go wrong so that a point is passed at all. */
function provoke(point: string, { cloud }: Scene): void {
  if (point.startsWith('settle.')) cloud.order('lost_answer', { verb: 'create' })
  if (point.startsWith('sweep.')) cloud.order('error_before', { verb: 'create' })
}

// Doomed resources come only from requests in flight of workers that are fenced: zombie.test.ts has those. What only an
// import or a release passes is in import-crash.test.ts.
const points = crashPoints.filter((point) => !/^(sweep\.(doomed|removed)|adopt\..*|release\..*)$/.test(point))

test.each(points)('a worker killed at %s leaves nothing twice and nothing behind', async (point) => {
  const scene = await begin()
  const { name, store } = scene
  if (/^(update|remove)/.test(point)) {
    const first = await scene.work()
    await scene.apply([...wanted, machine('web2'), machine('old')], name)
    await first.stop()
  }
  const resources = [...wanted, machine('web2', { size: 's-2vcpu-4gb' })]
  const plan = await scene.plan('apply', describe(resources, name))
  provoke(point, scene)
  const victim = workerProcess(scene.given, point)
  const { id } = await store.submit(plan, { consent: ['old'] })
  await victim.ended
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(scene.there()).toEqual(['net', 'web1', 'web2'])
  expect((await scene.plan('apply', describe(resources, name))).steps).toEqual([])
})

test('a worker killed with a request in flight: it is adopted by the next', async () => {
  const scene = await begin({ latencyMs: 100 })
  const victim = workerProcess(scene.given, 'create.gated+40')
  const { id } = await scene.store.submit(await scene.plan('apply', describe([machine('web1')], scene.name)))
  await victim.ended
  await scene.work()
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(scene.there()).toEqual(['web1'])
  expect(scene.cloud.calls.filter((call) => call.verb === 'create')).toHaveLength(1)
})
