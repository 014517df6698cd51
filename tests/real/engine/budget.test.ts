import type { AtlasEvent, Budget } from '@atlas/core'
import { expect, test } from 'vitest'
import { describe, machine, type Stage, workspace } from './stage.ts'
import { theatre } from './theatre.ts'

const begin = theatre()

const budget = (monthly: number, more: Partial<Budget> = {}): Budget => ({
  name: 'all',
  tag: null,
  monthly,
  warnPercent: 80,
  blockPercent: 100,
  ...more,
})
/** $24 a month. */
const shop = (name: string, more = {}) => describe([machine('web', { size: 's-2vcpu-4gb', ...more })], name)

async function eventsOf({ store }: Stage, infrastructure: string): Promise<AtlasEvent[]> {
  const found: AtlasEvent[] = []
  for await (const event of store.events(workspace, { afterId: 0, infrastructure }, AbortSignal.timeout(300)))
    found.push(event)
  return found
}

test('of two submits at once that fit one by one only, exactly one passes; the other leaves nothing but its event', async () => {
  const scene = await begin()
  await scene.store.putBudget(workspace, budget(30))
  const names = ['a', 'b', 'c'].map((letter) => `${scene.name}${letter}`)
  const plans = await Promise.all(names.map((name) => scene.plan('apply', shop(name))))
  for (const plan of plans) expect(await scene.store.gate(plan)).toMatchObject({ verdict: 'ok' })
  const ends = await Promise.allSettled(plans.map((plan) => scene.store.submit(plan)))

  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  for (const [n, end] of ends.entries()) {
    if (end.status === 'fulfilled') continue
    expect(end.reason).toMatchObject({
      code: 'budget_exceeded',
      message: 'budget all would be at $48.00, $18.00 over its limit of $30.00 a month.',
      hint: expect.stringContaining('--monthly 48'),
    })
    await expect(scene.store.infrastructure(workspace, names[n]!)).rejects.toMatchObject({ code: 'not_found' })
    expect(await eventsOf(scene, names[n]!)).toMatchObject([
      { type: 'budget.blocked', data: { budgets: [{ where: 'budget all' }] } },
    ])
  }
  await scene.store.removeBudget(workspace, 'all')
  const passed = ends.find((end) => end.status === 'fulfilled')!
  await scene.work()
  await scene.ended(passed.value.id)
})

test('a gate says what it will be, and the same plan has the same hash with it and without', async () => {
  const scene = await begin()
  const without = await scene.plan('apply', shop(scene.name, { tags: ['project:one'] }))
  expect(await scene.store.gate(without)).toEqual({ verdict: 'ok', budgets: [] })
  await scene.store.putBudget(workspace, budget(25, { name: 'one', tag: 'project=one' }))
  await scene.store.putBudget(workspace, budget(1, { name: 'two', tag: 'project=two' }))
  const plan = await scene.plan('apply', shop(scene.name, { tags: ['project:one'] }))
  expect(plan.hash).toBe(without.hash)
  expect(await scene.store.gate(plan)).toMatchObject({
    verdict: 'warn',
    budgets: [{ budget: { name: 'one' }, runRate: 24, warnAt: 20, blockAt: 25, verdict: 'warn' }],
  })
  await scene.work()
  const { id } = await scene.store.submit(plan)
  expect(await scene.events(id, 'budget.warned')).toMatchObject([{ data: { budget: 'one', would_be: 24 } }])
  expect(await scene.ended(id)).toMatchObject({ status: 'succeeded' })

  // What runs by now counts for others under the tag, and what takes away always passes.
  const other = await scene.plan('apply', shop(`${scene.name}x`, { tags: ['project:one'] }))
  expect(await scene.store.gate(other)).toMatchObject({ verdict: 'block', budgets: [{ runRate: 48 }] })
  await scene.store.putBudget(workspace, budget(5, { name: 'one', tag: 'project=one' }))
  expect(await scene.store.gate(await scene.plan('destroy', scene.name))).toMatchObject({ verdict: 'ok' })
  expect(await scene.store.budgets(workspace)).toMatchObject([
    { budget: { name: 'one', monthly: 5 }, runRate: 24, verdict: 'block' },
    { budget: { name: 'two' }, runRate: 0, verdict: 'ok' },
  ])
  for (const name of ['one', 'two']) await scene.store.removeBudget(workspace, name)
  await expect(scene.store.removeBudget(workspace, 'one')).rejects.toMatchObject({ code: 'not_found' })
})
