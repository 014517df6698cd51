import { type Infrastructure, neededBy, plan } from '@atlas/core'
import { memoryDriver } from '@atlas/driver-memory'
import { accountOf, type CrashPoint } from '@atlas/engine'
import { expect, test } from 'vitest'
import { workerProcess } from './process.ts'
import { describe, workspace } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

const names = ['net', 'web1', 'web2']

/** What somebody made without Atlas; gives how it is described. */
function byHand({ cloud, name }: Scene): Infrastructure {
  const region = 'nyc3'
  cloud.add({ type: 'vpc', name: 'net', region, specifications: { ip_range: '10.10.0.0/16' } })
  const specifications = { size: 's-1vcpu-1gb', image: 'debian-12', backups: false, ipv6: false, tags: [] }
  for (const web of ['web1', 'web2']) cloud.add({ type: 'machine', name: web, region, specifications })
  const resources = cloud.records().map((record) => ({
    type: record.type,
    name: record.name,
    specifications: record.specifications,
  }))
  return describe(resources, name)
}

/** All that is in the cloud becomes ours. */
async function planImport({ cloud }: Scene, description: Infrastructure) {
  const driver = memoryDriver(cloud, { worker: 'planner' })
  const seen = await Promise.all(
    cloud.records().map(async ({ type, name, id }) => ({ type, name, observed: await driver.types[type]!.get(id) })),
  )
  return plan({
    kind: 'import',
    workspace,
    account: await accountOf(driver),
    revision: 0,
    description,
    adopts: new Set(names),
    owned: seen.map(({ type, name, observed: { id, physicalId } }) => {
      const { specifications } = description.resources.find((one) => one.name === name)!
      const dependsOn = neededBy(specifications)
      return { resource: name, type, generation: 1, id, physicalId, specifications, dependsOn }
    }),
    observed: new Map(seen.map(({ observed }) => [observed.physicalId, observed])),
    drivers: driver.types,
    catalogueDate: '2026-01-01',
  })
}

const owned = async ({ store, name }: Scene) =>
  (await store.recall(workspace, name))!.owned.map(({ resource, id }) => [resource, id]).toSorted()

/** What is there, whether or not it carries a stamp. */
const there = ({ cloud }: Scene) =>
  cloud.records().map(({ name, id, specifications }) => ({ name, id, specifications }))

const stamped = ({ cloud }: Scene) =>
  cloud
    .records('machine')
    .filter(({ stamp }) => stamp !== undefined)
    .map(({ name }) => name)

const untouched = ({ cloud }: Scene) => cloud.calls.filter(({ verb }) => verb === 'create' || verb === 'remove')

const always: CrashPoint[] = ['delivery.fetched', 'takeover.committed', 'update.gated', 'step.done']
const ends: CrashPoint[] = ['finish.before', 'finish.committed']

test.each<CrashPoint>([...always, 'adopt.intent-committed', 'adopt.claimed', 'adopt.marked', ...ends])(
  'an import whose worker is killed at %s ends with all of it ours, each once',
  async (point) => {
    const scene = await begin()
    const description = byHand(scene)
    const before = there(scene)
    const victim = workerProcess(scene.given, point)
    const { id } = await scene.store.submit(await planImport(scene, description))
    await victim.ended
    await scene.work()
    expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', completedSteps: 3 })
    expect(there(scene)).toEqual(before)
    expect(untouched(scene)).toEqual([])
    expect(await owned(scene)).toEqual(before.map(({ name, id }) => [name, id]).toSorted())
    expect(stamped(scene)).toEqual(['web1', 'web2'])
    expect(await scene.events(id, 'resource.imported')).toHaveLength(3)
    expect((await scene.plan('apply', description)).steps).toEqual([])
  },
)

test.each<CrashPoint>([...always, 'release.intent-committed', 'release.unmarked', ...ends])(
  'a release whose worker is killed at %s lets go of all of it, and changes nothing else',
  async (point) => {
    const scene = await begin()
    const description = byHand(scene)
    const before = there(scene)
    const first = await scene.work()
    const { id: imported } = await scene.store.submit(await planImport(scene, description))
    expect(await scene.ended(imported)).toMatchObject({ status: 'succeeded' })
    await first.stop()
    const victim = workerProcess(scene.given, point)
    const { id } = await scene.store.submit(await scene.plan('release', scene.name))
    await victim.ended
    await scene.work()
    expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', completedSteps: 3 })
    expect(there(scene)).toEqual(before)
    expect(untouched(scene)).toEqual([])
    expect(await owned(scene)).toEqual([])
    expect(stamped(scene)).toEqual([])
    expect(await scene.events(id, 'resource.released')).toHaveLength(3)
  },
)
