import { expect, test } from 'vitest'
import type { Plan } from '../plan/types.ts'
import { type Budget, gateOf, inFlightUnder, judge, plannedUnder, refuseBlocked, type Spending } from './budget.ts'

const budget: Budget = { name: 'all', tag: null, monthly: 100, warnPercent: 80, blockPercent: 100 }
const spending = (more: Partial<Spending> = {}): Spending => ({
  running: 0,
  inFlight: 0,
  planned: { after: 0, change: 0 },
  metered: { toDate: 0, forecast: 0 },
  monthLeft: 1,
  ...more,
})
const planned = (after: number, change = after) => ({ after, change })

test.each([
  ['exactly the warning threshold is fine', { running: 56, planned: planned(24) }, 80, 'ok'],
  ['a cent more is warned of', { running: 56.01, planned: planned(24) }, 80.01, 'warn'],
  ['exactly the limit is not over it', { running: 76, planned: planned(24) }, 100, 'warn'],
  ['a cent more is blocked', { running: 76.01, planned: planned(24) }, 100.01, 'block'],
  ['what others are about to make counts', { running: 60, inFlight: 30, planned: planned(24) }, 114, 'block'],
  ['a plan that costs nothing more is never blocked', { running: 200, planned: planned(24, 0) }, 224, 'warn'],
  ['nor one that takes away', { running: 200, planned: planned(12, -12) }, 212, 'warn'],
] as const)('%s', (_, more, wouldBe, verdict) => {
  expect(judge(budget, spending(more))).toMatchObject({ wouldBe, verdict })
})

test('what was used this month counts, though it does not run any more', () => {
  const late = spending({ metered: { toDate: 95, forecast: 95 }, planned: planned(24), monthLeft: 0.25 })
  expect(judge(budget, late)).toMatchObject({ runRate: 24, thisMonth: 101, wouldBe: 101, verdict: 'block' })
  expect(judge(budget, { ...late, monthLeft: 0.1 })).toMatchObject({ thisMonth: 97.4, verdict: 'warn' })
})

test('the worst verdict is the gate', () => {
  const judged = [planned(10), planned(90), planned(110)].map((planned) => judge(budget, spending({ planned })))
  expect(gateOf(judged).verdict).toBe('block')
  expect(gateOf(judged.slice(0, 2)).verdict).toBe('warn')
  expect(gateOf([]).verdict).toBe('ok')
})

test('a refusal says by how much, and what would let it pass', () => {
  expect(() =>
    refuseBlocked(gateOf([judge({ ...budget, blockPercent: 50 }, spending({ running: 30, planned: planned(24) }))])),
  ).toThrow(
    expect.objectContaining({
      code: 'budget_exceeded',
      message: 'budget all would be at $54.00, $4.00 over its limit of $50.00 a month.',
      hint: expect.stringContaining('atlas budgets set all --monthly 108'),
    }),
  )
  expect(() => refuseBlocked(gateOf([judge(budget, spending())]))).not.toThrow()
})

const description = {
  tags: { project: 'shop' },
  resources: [
    { name: 'web', specifications: { tags: ['team:a', 'project:shop'] } },
    { name: 'lb', specifications: {} },
  ],
}
const plan = {
  description,
  price: { after: 36, change: 36 },
  resources: [
    { resource: 'web', monthlyBefore: 6, monthlyAfter: 24 },
    { resource: 'lb', monthlyBefore: null, monthlyAfter: 12 },
  ],
} as unknown as Plan

test('a tag of the infrastructure counts all of it, one of a resource that resource', () => {
  expect(plannedUnder(plan, null)).toEqual({ after: 36, change: 36 })
  expect(plannedUnder(plan, 'project=shop')).toEqual({ after: 36, change: 36 })
  expect(plannedUnder(plan, 'team=a')).toEqual({ after: 24, change: 18 })
  expect(plannedUnder(plan, 'team=b')).toEqual({ after: 0, change: 0 })
})

test('what is under way counts as far as it adds', () => {
  const steps = (...monthly: (number | null)[]) =>
    monthly.map((one, n) => ({ resource: ['web', 'lb'][n]!, monthly: one }))
  expect(inFlightUnder(description, steps(24, 12), null)).toBe(36)
  expect(inFlightUnder(description, steps(24, 12), 'team=a')).toBe(24)
  expect(inFlightUnder(description, steps(-24, 12), null)).toBe(0)
  expect(inFlightUnder(description, steps(24, null), null)).toBe(24)
})
