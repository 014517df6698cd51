import type { Gate, Judged } from '@atlas/core'
import { z } from 'zod'
import { type Caller, may } from '../caller.ts'

const usd = (what: string) => z.number().describe(`USD: ${what}`)

const figures = {
  run_rate: usd('a month of what runs, what other operations are about to make, and what the plan leaves'),
  this_month: usd('this calendar month at its end, with what was used in it so far'),
  month_to_date: usd('used in this calendar month so far'),
  would_be: usd('the larger of run_rate and this_month; this is held against the limits'),
  warn_at: usd('above this it warns'),
  block_at: usd('above this nothing that costs more is carried out'),
}

const verdict = z.enum(['ok', 'warn', 'block'])

export const budgetJson = z
  .object({
    name: z.string(),
    tag: z.string().nullable().describe('`key=value`: counts what carries it. null: everything in the workspace'),
    monthly: usd('a month'),
    warn_percent: z.number(),
    block_percent: z.number(),
    ...figures,
    verdict: verdict.describe('How it stands. block: nothing that costs more would be carried out'),
  })
  .meta({ id: 'Budget' })

export const gateJson = z
  .object({
    verdict: verdict.describe('The worst of its budgets. block: the plan would be refused as `budget_exceeded`'),
    can_override: z
      .boolean()
      .describe(
        'A budget blocks the plan, and the caller may have it carried out all the same, with `override_budget`',
      ),
    budgets: z.array(
      z.object({ budget: z.string(), tag: z.string().nullable(), limit: usd('a month'), ...figures, verdict }),
    ),
  })
  .meta({ id: 'Gate' })

export type BudgetJson = z.infer<typeof budgetJson>
export type GateJson = z.infer<typeof gateJson>

const figuresOf = (judged: Judged) => ({
  run_rate: judged.runRate,
  this_month: judged.thisMonth,
  month_to_date: judged.monthToDate,
  would_be: judged.wouldBe,
  warn_at: judged.warnAt,
  block_at: judged.blockAt,
  verdict: judged.verdict,
})

export const budgetToJson = (judged: Judged): BudgetJson => ({
  name: judged.budget.name,
  tag: judged.budget.tag,
  monthly: judged.budget.monthly,
  warn_percent: judged.budget.warnPercent,
  block_percent: judged.budget.blockPercent,
  ...figuresOf(judged),
})

export const gateToJson = ({ verdict, budgets }: Gate, caller: Caller): GateJson => ({
  verdict,
  can_override: verdict === 'block' && may(caller, 'admin'),
  budgets: budgets.map((judged) => ({
    budget: judged.budget.name,
    tag: judged.budget.tag,
    limit: judged.budget.monthly,
    ...figuresOf(judged),
  })),
})
