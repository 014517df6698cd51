import { expect, test } from 'vitest'
import { describe, machine, workspace } from './stage.ts'
import { theatre } from './theatre.ts'

const begin = theatre()
const volume = { type: 'volume', name: 'data', specifications: { size_gb: 10 } }

test('one operation at a time changes an infrastructure', async () => {
  const { name, plan, store } = await begin()
  const made = await plan('apply', describe([machine('web1')], name))
  const first = await store.submit(made)
  await expect(store.submit(made)).rejects.toMatchObject({
    code: 'operation_running',
    hint: expect.stringContaining(first.id),
  })
  expect(await store.infrastructure(workspace, name)).toMatchObject({ status: 'changing' })
})

test('of ten who submit at once, one wins', async () => {
  const { name, plan, store } = await begin()
  const made = await plan('apply', describe([machine('web1')], name))
  const ends = await Promise.allSettled(Array.from({ length: 10 }, () => store.submit(made)))
  expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1)
  for (const end of ends)
    if (end.status === 'rejected')
      expect(end.reason).toMatchObject({ code: expect.stringMatching(/^(operation_running|plan_stale)$/) })
})

test('a plan made against an older state is refused', async () => {
  const scene = await begin()
  await scene.work()
  const old = await scene.plan('apply', describe([machine('web1')], scene.name))
  await scene.apply([machine('web2')], scene.name)
  await expect(scene.store.submit(old)).rejects.toMatchObject({ code: 'plan_stale' })
})

test('the same key never makes two operations, and never stands for two plans', async () => {
  const { name, plan, store } = await begin()
  const one = await plan('apply', describe([machine('web1')], name))
  const key = { idempotencyKey: `key-${name}` }
  const [first, second] = await Promise.all([store.submit(one, key), store.submit(one, key)])
  expect(second.id).toBe(first.id)
  expect((await store.submit(one, key)).id).toBe(first.id)
  const other = await plan('apply', describe([machine('web2')], `${name}-other`))
  await expect(store.submit(other, key)).rejects.toMatchObject({ code: 'usage' })
})

test('losing data takes consent by name', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([volume, machine('web1')], scene.name)
  const plan = await scene.plan('apply', describe([machine('web1')], scene.name))
  await expect(scene.store.submit(plan, { consent: ['web1'] })).rejects.toMatchObject({ code: 'consent_required' })
  const { id } = await scene.store.submit(plan, { consent: ['data'] })
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })
})

test('a plan without steps is over at once, and what it describes is kept', async () => {
  const scene = await begin()
  const done = await scene.store.submit(await scene.plan('apply', describe([], scene.name)))
  expect(done).toMatchObject({ status: 'succeeded', totalSteps: 0 })
  expect(await scene.store.recall(workspace, scene.name)).toMatchObject({ description: { resources: [] } })
  expect(await scene.ended(done.id)).toMatchObject({ status: 'succeeded' })
})

test('what lives in one account is not changed with the credential of another', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1')], scene.name)
  const plan = { ...(await scene.plan('destroy', scene.name)), account: 'memory:another' }
  await expect(scene.store.submit(plan, { consent: ['web1'] })).rejects.toMatchObject({ code: 'account_mismatch' })
})

test('a worker with the credential of another account touches nothing', async () => {
  const scene = await begin()
  await scene.work()
  const made = await scene.plan('apply', describe([machine('web1')], scene.name))
  const { id } = await scene.store.submit({ ...made, account: 'memory:another' })
  expect(await scene.ended(id)).toMatchObject({ status: 'failed', error: { code: 'account_mismatch' } })
  expect(scene.there()).toEqual([])
})

test('planning writes nothing, neither in the database nor in the cloud', async () => {
  const scene = await begin()
  await scene.work()
  await scene.apply([machine('web1'), volume], scene.name)
  const state = async () => [
    await scene.store.infrastructure(workspace, scene.name),
    await scene.store.operations(workspace),
    scene.cloud.records(),
  ]
  const before = JSON.stringify(await state())
  scene.cloud.calls.length = 0
  await scene.plan('apply', describe([machine('web1', { size: 's-2vcpu-4gb' }), machine('web3')], scene.name))
  await scene.plan('destroy', scene.name)
  expect(JSON.stringify(await state())).toBe(before)
  expect(new Set(scene.cloud.calls.map((call) => call.verb))).toEqual(new Set(['list']))
})
