import { AtlasError } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import type { Plan } from '../plan/types.ts'
import { cents } from './estimate.ts'
import { tagsOf } from './tags.ts'

/** How much a workspace, or what carries a tag in it, may cost. docs/adr/0014 says what is counted. */
export interface Budget {
  name: string
  /** `key=value`; `null`: everything in the workspace. */
  tag: string | null
  /** USD a month. */
  monthly: number
  /** Percent of `monthly` above which a warning is given. */
  warnPercent: number
  /** Percent of `monthly` above which nothing that costs more is carried out. */
  blockPercent: number
}

/** What is held against a budget, in USD. All of it is counted under the budget's tag. */
export interface Spending {
  /** A month of what exists, apart from the infrastructure that the plan changes. */
  running: number
  /** A month of what operations under way will add to that. */
  inFlight: number
  /** A month of what the plan leaves in its infrastructure, and how much more that is than before. */
  planned: { after: number; change: number }
  /** Metered in this calendar month, and that month's end if what runs goes on. */
  metered: { toDate: number; forecast: number }
  /** How much of a monthly price can still be reached this month, from 0 to 1. */
  monthLeft: number
}

export interface Judged {
  budget: Budget
  /** USD a month, once all is done. */
  runRate: number
  /** USD at the end of this calendar month. */
  thisMonth: number
  /** USD metered in it so far. */
  monthToDate: number
  /** The larger of run rate and this month: what is held against the limits. */
  wouldBe: number
  /** USD above which it warns and blocks. */
  warnAt: number
  blockAt: number
  verdict: 'ok' | 'warn' | 'block'
}

/** What the budgets say to a plan: a judgement about it, not a part of it, so the plan's hash is the same with any. */
export interface Gate {
  verdict: Judged['verdict']
  budgets: Judged[]
}

/** @param raises a plan that costs no more than before is never blocked: it may be the way out */
export function judge(budget: Budget, spending: Spending, raises = spending.planned.change > 0): Judged {
  const { running, inFlight, planned, metered, monthLeft } = spending
  const runRate = cents(running + inFlight + planned.after)
  const thisMonth = cents(metered.forecast + (inFlight + planned.change) * monthLeft)
  const wouldBe = Math.max(runRate, thisMonth)
  const warnAt = cents((budget.monthly * budget.warnPercent) / 100)
  const blockAt = cents((budget.monthly * budget.blockPercent) / 100)
  const verdict = wouldBe > blockAt && raises ? 'block' : wouldBe > Math.min(warnAt, blockAt) ? 'warn' : 'ok'
  return { budget, runRate, thisMonth, monthToDate: cents(metered.toDate), wouldBe, warnAt, blockAt, verdict }
}

const worst = ['ok', 'warn', 'block'] as const

export const worseThan = (one: Judged['verdict'], other: Judged['verdict']): boolean =>
  worst.indexOf(one) > worst.indexOf(other)

export const gateOf = (budgets: Judged[]): Gate => ({
  verdict: worst[Math.max(0, ...budgets.map(({ verdict }) => worst.indexOf(verdict)))]!,
  budgets,
})

/** What a plan leaves, and how much more that is, of what is counted under a tag. */
export function plannedUnder(plan: Plan, tag: string | null): Spending['planned'] {
  const tags = tagsByResource(plan.description)
  if (tag === null || tags.shared.includes(tag)) return { after: plan.price.after, change: plan.price.change }
  const lines = plan.resources.filter(({ resource }) => tags.of(resource).includes(tag))
  const sum = (part: 'monthlyBefore' | 'monthlyAfter') => lines.reduce((total, line) => total + (line[part] ?? 0), 0)
  return { after: cents(sum('monthlyAfter')), change: cents(sum('monthlyAfter') - sum('monthlyBefore')) }
}

/** A step of an operation under way that is not done, with the change of the monthly price that it brings. */
export interface OpenStep {
  resource: string
  monthly: number | null
}

/** What an operation under way will still add. What it will take away counts when it is gone, not before. */
export function inFlightUnder(description: JsonObject, steps: readonly OpenStep[], tag: string | null): number {
  const tags = tagsByResource(description)
  const counted = steps.filter(({ resource }) => tag === null || tags.of(resource).includes(tag))
  return Math.max(
    0,
    counted.reduce((total, { monthly }) => total + (monthly ?? 0), 0),
  )
}

/** A plan keeps the whole description, which was found valid. */
function tagsByResource(description: JsonObject) {
  const { tags = {}, resources } = description as unknown as {
    tags?: Record<string, string>
    resources: { name: string; specifications: JsonObject }[]
  }
  const shared = tagsOf(tags, {})
  const own = new Map(resources.map(({ name, specifications }) => [name, tagsOf(tags, specifications)]))
  return { shared, of: (resource: string) => own.get(resource) ?? shared }
}

export const blockedBy = ({ budgets }: Gate): Judged[] => budgets.filter(({ verdict }) => verdict === 'block')

/** An admin had one operation carried out that these budgets blocked. */
export interface BudgetOverride {
  by: string
  reason: string
  budgets: string[]
}

/** Nothing is overridden where nobody says why, or where nothing blocks. */
export function overrideOf(gate: Gate, by: string, reason: string | undefined): BudgetOverride | undefined {
  const budgets = blockedBy(gate).map(({ budget }) => budget.name)
  return reason === undefined || budgets.length === 0 ? undefined : { by, reason, budgets }
}

/** @throws AtlasError `budget_exceeded` saying by how much, and what to do */
export function refuseBlocked(gate: Gate): void {
  const blocking = blockedBy(gate)
  const first = blocking[0]
  if (!first) return
  throw new AtlasError('budget_exceeded', `${blocking.map(told).join('; ')}.`, {
    problems: blocking.map((judged) => ({
      where: `budget ${judged.budget.name}`,
      message: told(judged),
      found: `$${judged.wouldBe.toFixed(2)} a month`,
      expected: `at most $${judged.blockAt.toFixed(2)}`,
    })),
    hint: `plan less, take something else away first, or have an admin raise it (atlas budgets set ${first.budget.name} --monthly ${enough(first)}) or carry it out all the same, saying why (--override-budget)`,
  })
}

/** Such as `budget all would be at $120.00, $20.00 over its limit of $100.00 a month`. */
const told = ({ budget, wouldBe, blockAt }: Judged) =>
  `budget ${budget.name} would be at $${wouldBe.toFixed(2)}, $${(wouldBe - blockAt).toFixed(2)} over its limit of $${blockAt.toFixed(2)} a month`

/** The whole USD a month that would let it pass. */
const enough = ({ wouldBe, budget }: Judged) => Math.ceil((wouldBe * 100) / budget.blockPercent)
