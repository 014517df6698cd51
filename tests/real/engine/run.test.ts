import type { Infrastructure, Plan } from '@atlas/core'
import { expect, test } from 'vitest'
import { describe, machine, vpc, workspace } from './stage.ts'
import { type Scene, theatre } from './theatre.ts'

const begin = theatre()

const verbs = (scene: Scene, verb: string) => scene.cloud.calls.filter((call) => call.verb === verb)
const consenting = (plan: Plan) => ({ consent: plan.consentNeeded.map((one) => one.resource) })
const described = async ({ store, name }: Scene) =>
  (await store.recall(workspace, name))!.description as unknown as Infrastructure

test('a plan is carried out, in order, and the second one has nothing to do', async () => {
  const scene = await begin({ readyMs: 100 })
  const { name, cloud, store } = scene
  await scene.work()
  const done = await scene.apply([vpc('net'), machine('web1', { vpc: { ref: 'net.id' } }), machine('web2')], name)
  expect(done).toMatchObject({ status: 'succeeded', completedSteps: 3, error: null, costChange: 12 })
  expect(done.createdResources.toSorted()).toEqual(['net', 'web1', 'web2'])
  const web1 = cloud.records('machine').find((one) => one.name === 'web1')
  expect(web1?.specifications.vpc).toBe(cloud.records('vpc')[0]?.id)
  expect(await store.infrastructure(workspace, name)).toMatchObject({
    status: 'ready',
    monthlyCost: 12,
    resources: [
      { resource: 'net', phase: 'ready' },
      { resource: 'web1', phase: 'ready', attributes: { public_ip: expect.any(String) } },
      { resource: 'web2', phase: 'ready' },
    ],
  })
  expect((await scene.plan('apply', await described(scene))).steps).toEqual([])
})

test('everything is destroyed, in the order of the edges', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([vpc('net'), machine('web1', { vpc: { ref: 'net.id' } })], scene.name)
  const plan = await scene.plan('destroy', scene.name)
  const { id } = await scene.store.submit(plan, consenting(plan))
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(scene.there()).toEqual([])
  expect(await scene.store.infrastructure(workspace, scene.name)).toMatchObject({ status: 'destroyed', resources: [] })
})

test('a change in place is made until nothing differs, whatever answers are lost', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1')], scene.name)
  scene.cloud.order('lost_answer', { verb: 'update' })
  scene.cloud.order('error_before', { verb: 'update' })
  const done = await scene.apply([machine('web1', { size: 's-2vcpu-4gb', ipv6: true })], scene.name)
  expect(done).toMatchObject({ status: 'succeeded' })
  expect(scene.cloud.records()[0]?.specifications).toMatchObject({ size: 's-2vcpu-4gb', ipv6: true })
})

test('a replacement is made before its predecessor goes, and what refers to it gets the new one', async () => {
  const scene = await begin()
  await scene.work()
  const ip = { type: 'reserved_ip', name: 'ip', specifications: { machine: { ref: 'web1.id' } } }
  await scene.apply([machine('web1'), ip], scene.name)
  const [before] = scene.cloud.records('machine')
  const plan = await scene.plan('apply', describe([machine('web1', { image: 'fedora-42-x64' }), ip], scene.name))
  const { id } = await scene.store.submit(plan, consenting(plan))
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded', error: null })
  const [after, ...others] = scene.cloud.records('machine')
  expect(others).toEqual([])
  expect(after?.id).not.toBe(before?.id)
  expect(scene.cloud.records('reserved_ip')[0]?.specifications.machine).toBe(after?.id)
})

test.each(['lost_answer', 'error_after', 'late_effect'] as const)(
  'a create with %s is adopted, not repeated',
  async (fault) => {
    const scene = await begin()
    scene.cloud.order(fault, { verb: 'create' })
    await scene.work()
    expect(await scene.apply([machine('web1')], scene.name)).toMatchObject({ status: 'succeeded' })
    expect(scene.there()).toEqual(['web1'])
    expect(verbs(scene, 'create')).toHaveLength(1)
  },
)

test.each(['error_before', 'hang'] as const)(
  'a create with %s is repeated, once it is certain that nothing came of it',
  async (fault) => {
    const scene = await begin()
    scene.cloud.order(fault, { verb: 'create' })
    await scene.work()
    expect(await scene.apply([machine('web1')], scene.name)).toMatchObject({ status: 'succeeded' })
    expect(scene.there()).toEqual(['web1'])
    expect(verbs(scene, 'create')).toHaveLength(2)
  },
)

test.each(['rate_limited', 'unreachable'] as const)('%s is met with patience, without settling', async (fault) => {
  const scene = await begin()
  scene.cloud.order(fault, { verb: 'create', times: 2 })
  await scene.work()
  expect(await scene.apply([machine('web1')], scene.name)).toMatchObject({ status: 'succeeded' })
  expect(verbs(scene, 'list')).toHaveLength(0)
})

test('where nothing can be stamped, what is new and fits is adopted', async () => {
  const scene = await begin()
  // Long there: what somebody made within the listing's lag before us cannot be told from our own.
  const theirs = {
    type: 'reserved_ip',
    name: 'somebody-else',
    region: 'nyc3',
    specifications: {},
    listedFrom: 0,
  } as const
  scene.cloud.add(theirs)
  scene.cloud.order('lost_answer', { verb: 'create' })
  await scene.work()
  const ip = { type: 'reserved_ip', name: 'ip', specifications: {} }
  expect(await scene.apply([ip], scene.name)).toMatchObject({ status: 'succeeded' })
  expect(scene.cloud.records()).toHaveLength(2)
  const { resources } = await scene.store.infrastructure(workspace, scene.name)
  expect(resources.map((one) => one.id)).not.toContain(scene.cloud.records()[0]?.id)
})

test('a refusal fails its step in the words of the cloud; branches that do not depend on it go on', async () => {
  const scene = await begin()
  scene.cloud.order('forbidden', { verb: 'create', type: 'vpc' })
  await scene.work()
  const resources = [vpc('net'), machine('web1', { vpc: { ref: 'net.id' } }), machine('web2')]
  const failed = await scene.apply(resources, scene.name)
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'cloud_forbidden', step: 0 }, completedSteps: 1 })
  const steps = await scene.store.steps(workspace, failed.id)
  expect(Object.fromEntries(steps.map((step) => [step.resource, step.status]))).toEqual({
    net: 'failed',
    web1: 'skipped',
    web2: 'done',
  })
  expect(await scene.store.infrastructure(workspace, scene.name)).toMatchObject({ status: 'degraded' })

  expect(await scene.apply(resources, scene.name)).toMatchObject({ status: 'succeeded', totalSteps: 2 })
  expect(scene.there()).toEqual(['net', 'web1', 'web2'])
})

test('deleted by somebody else: the next plan makes it anew, and its record goes', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1')], scene.name)
  scene.cloud.drop(scene.cloud.records()[0]!)
  await expect.poll(() => scene.cloud.listed('machine')).toEqual([])
  expect(await scene.apply([machine('web1')], scene.name)).toMatchObject({ status: 'succeeded' })
  expect(scene.there()).toEqual(['web1'])
  expect((await scene.store.infrastructure(workspace, scene.name)).resources).toHaveLength(1)
})

test('a deletion of what is gone already is told as what it is, while it runs and after', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1')], scene.name)
  scene.cloud.drop(scene.cloud.records()[0]!)
  await expect.poll(() => scene.cloud.listed('machine')).toEqual([])
  const plan = await scene.plan('destroy', scene.name)
  scene.cloud.order('hang', { verb: 'get', times: 3 })
  const { id } = await scene.store.submit(plan)
  const current = async () => (await scene.store.operation(workspace, id)).currentStep
  await expect.poll(current, { interval: 20 }).toBe('Forgetting machine: web1')
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
  expect(await scene.store.steps(workspace, id)).toMatchObject([{ action: 'delete', gone: true }])
})

test('a deletion that may not be read is not done', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1')], scene.name)
  const plan = await scene.plan('destroy', scene.name)
  scene.cloud.order('forbidden', { verb: 'get' })
  const { id } = await scene.store.submit(plan, consenting(plan))
  expect(await scene.ended(id)).toMatchObject({ status: 'failed', error: { code: 'cloud_forbidden' } })
  expect(scene.there()).toEqual(['web1'])
  expect((await scene.store.infrastructure(workspace, scene.name)).resources).toHaveLength(1)
})

test('many that wait to be ready share listings', async () => {
  const scene = await begin({ readyMs: 700 })
  await scene.work()
  const machines = Array.from({ length: 30 }, (_, i) => machine(`m${i}`))
  expect(await scene.apply(machines, scene.name)).toMatchObject({ status: 'succeeded', completedSteps: 30 })
  expect(verbs(scene, 'get').length + verbs(scene, 'list').length).toBeLessThan(45)
})
