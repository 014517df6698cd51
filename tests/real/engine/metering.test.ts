import { type Charge, meter } from '@atlas/core'
import pg from 'pg'
import { expect, test } from 'vitest'
import { describe, machine, workspace } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

/** What each item of the infrastructure was metered for so far. */
async function metered({ store, name }: Scene): Promise<Charge[]> {
  const { usage, now } = await store.usage(workspace, new Date(0))
  return meter(
    usage.filter(({ infrastructure }) => infrastructure === name),
    new Date(0),
    now,
  )
}

const running = async ({ store, name }: Scene) => {
  const { usage } = await store.usage(workspace, new Date(0))
  return usage
    .filter(({ infrastructure, to }) => infrastructure === name && to === null)
    .map(({ resource, rates }) => [resource, ...rates.map(({ item }) => item)])
}

test('what is made is metered from its claim, in what it is, until it is deleted', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1', { backups: true }), machine('web2')], scene.name)
  expect(await running(scene)).toEqual([
    ['web1', 'machine s-1vcpu-1gb', 'backups weekly'],
    ['web2', 'machine s-1vcpu-1gb'],
  ])
  const smaller = await scene.plan('apply', describe([machine('web1', { size: 's-2vcpu-4gb' })], scene.name))
  const { id } = await scene.store.submit(smaller, { consent: ['web2'] })
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(await running(scene)).toEqual([['web1', 'machine s-2vcpu-4gb']])
  expect((await metered(scene)).map(({ resource, item }) => [resource, item])).toEqual([
    ['web1', 'machine s-1vcpu-1gb'],
    ['web1', 'backups weekly'],
    ['web2', 'machine s-1vcpu-1gb'],
    ['web1', 'machine s-2vcpu-4gb'],
  ])
})

test('applying what is so already does not cut what is metered', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1')], scene.name)
  await scene.apply([machine('web1'), machine('web2')], scene.name)
  const { usage } = await scene.store.usage(workspace, new Date(0))
  expect(usage.filter(({ infrastructure }) => infrastructure === scene.name)).toHaveLength(2)
})

test('what somebody resizes costs what it is once a patrol saw it, and nothing once it is gone', async () => {
  const scene = await begin()
  await scene.work({ patrolMs: 200 })
  await scene.apply([machine('web1')], scene.name)
  const web1 = scene.cloud.records()[0]!
  scene.cloud.change(web1, { ...web1.specifications, size: 's-8vcpu-16gb' })
  await expect.poll(() => running(scene), { timeout: 20_000 }).toEqual([['web1', 'machine s-8vcpu-16gb']])
  scene.cloud.drop(scene.cloud.records()[0]!)
  await expect.poll(() => running(scene), { timeout: 20_000 }).toEqual([])
})

test('what was there before there was a meter is metered from the first patrol on', async () => {
  const scene = await begin()
  const worker = await scene.work()
  await scene.apply([machine('web1')], scene.name)
  await worker.stop()
  const client = new pg.Client(scene.database.url)
  await client.connect()
  await client.query(`update atlas.resource set rates = '[]' where name = 'web1'`)
  await client.query('truncate atlas.usage')
  await client.end()
  await scene.work({ patrolMs: 200 })
  await expect.poll(() => running(scene), { timeout: 20_000 }).toEqual([['web1', 'machine s-1vcpu-1gb']])
})
