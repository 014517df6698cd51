import { randomUUID } from 'node:crypto'
import { identityHash, ownerOf, type Stamp } from '@atlas/core'
import { expect, test } from 'vitest'
import { machine, workspace } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

/** Something in the cloud that carries our tag. */
function plant({ cloud, name }: Scene, called: string, stamp: Partial<Stamp>) {
  const identity = identityHash({ workspace, infrastructure: name, resource: 'web1', generation: 1 })
  const whole = { owner: ownerOf(workspace, name), identity, ...stamp }
  return cloud.add({ type: 'machine', name: called, region: 'nyc3', specifications: {}, stamp: whole })
}

async function happens(scene: Scene, type: string) {
  const enough = new AbortController()
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(20_000)])
  for await (const event of scene.store.events(workspace, { afterId: 0, infrastructure: scene.name }, signal)) {
    if (event.type !== type) continue
    enough.abort()
    return event
  }
  throw new Error(`${type} did not happen`)
}

async function applied(): Promise<{ scene: Scene; operation: string }> {
  const scene = await begin()
  await scene.work({ patrolMs: 300 })
  const { id } = await scene.apply([machine('web1')], scene.name)
  return { scene, operation: id }
}

test('what a request of ours made after nobody waited for it any more is deleted, with an event', async () => {
  const { scene, operation } = await applied()
  const stray = plant(scene, 'stray', { operation, step: 0, token: '1.1' })
  expect(await happens(scene, 'resource.swept')).toMatchObject({ operation, data: { id: stray.id, type: 'machine' } })
  await expect.poll(() => scene.there()).toEqual(['web1'])
})

test('an operation that this database does not know is quarantined, once, and never deleted', async () => {
  const { scene } = await applied()
  const lost = plant(scene, 'of-a-lost-database', { operation: randomUUID(), step: 0, token: '1.1' })
  const event = await happens(scene, 'resource.quarantined')
  expect(event).toMatchObject({ operation: null, data: { id: lost.id } })
  await patrols(scene, 3)
  expect(scene.there()).toEqual(['of-a-lost-database', 'web1'])
  const again = scene.store.events(
    workspace,
    { afterId: event.id, infrastructure: scene.name },
    AbortSignal.timeout(200),
  )
  expect((await Array.fromAsync(again)).map((one) => one.type)).not.toContain('resource.quarantined')
})

test('an attempt that this database does not know is quarantined: a backup was restored in the middle', async () => {
  const { scene, operation } = await applied()
  plant(scene, 'later-attempt', { operation, step: 0, token: '2.7' })
  await happens(scene, 'resource.quarantined')
  await patrols(scene, 2)
  expect(scene.there()).toEqual(['later-attempt', 'web1'])
})

test('what is not ours is not looked at', async () => {
  const { scene, operation } = await applied()
  plant(scene, 'neighbour', { owner: ownerOf('another', scene.name), operation, step: 0, token: '1.1' })
  scene.cloud.add({ type: 'machine', name: 'by-hand', region: 'nyc3', specifications: {} })
  await patrols(scene, 3)
  expect(scene.there()).toEqual(['by-hand', 'neighbour', 'web1'])
})

test('what belongs to a step that is still open is left to it', async () => {
  const scene = await begin()
  await scene.work({ patrolMs: 100 })
  const { id } = await scene.apply([machine('web1')], scene.name)
  const found = [{ type: 'machine' as const, observed: await seen(scene, { operation: id, step: 0, token: '1.1' }) }]
  await reopen(scene, id)
  expect(await scene.store.judge(ownerOf(workspace, scene.name), scene.cloud.account, found)).toEqual([])
})

test('a doomed resource that cannot be deleted yet stays doomed, until it can', async () => {
  const { scene, operation } = await applied()
  scene.cloud.order('error_before', { verb: 'remove', times: 2 })
  plant(scene, 'stray', { operation, step: 0, token: '1.1' })
  await happens(scene, 'resource.swept')
  await expect.poll(() => scene.there()).toEqual(['web1'])
})

/** As a listing would give it. */
async function seen(scene: Scene, stamp: Partial<Stamp>) {
  const { id } = plant(scene, 'in-flight', stamp)
  return {
    id,
    physicalId: `machine:${id}`,
    name: 'in-flight',
    stamp: scene.cloud.find('machine', id)!.stamp!,
    phase: 'ready' as const,
    attributes: {},
    live: {},
  }
}

async function reopen({ database }: Scene, operation: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`update atlas.step set status = 'running' where operation = $1`, [operation])
  await client.end()
}

/** So many rounds over the machines. */
async function patrols({ cloud }: Scene, count: number): Promise<void> {
  const lists = () => cloud.calls.filter((call) => call.verb === 'list' && call.type === 'machine').length
  const before = lists()
  await expect.poll(lists, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + count)
}
