import type { Plan, ResourcePlan } from '@atlas/core'
import type { Terminal } from '../terminal.ts'
import { table } from './table.ts'
import { money, moneyChange, plural } from './text.ts'

const marks = { create: '+', update: '~', replace: '±', delete: '-', unchanged: ' ', forget: '-' } as const

/** The plan for a person: each resource, what becomes of it and why, and what it costs. */
export async function showPlan(plan: Plan, { colours }: Terminal): Promise<string> {
  const paint = (text: string, { action }: ResourcePlan) =>
    ({
      create: colours.green,
      update: colours.yellow,
      replace: colours.red,
      delete: colours.red,
      unchanged: colours.dim,
      forget: colours.dim,
    })[action](text)
  const rows = table(
    plan.resources,
    [
      { head: '', cell: ({ action }) => marks[action], paint },
      { head: 'name', cell: ({ resource }) => resource, paint },
      { head: 'type', cell: ({ type }) => type },
      { head: 'action', cell: ({ action }) => action, paint },
      { head: 'why', cell: ({ reason }) => reason },
      { head: 'a month', cell: ({ monthlyAfter }) => money(monthlyAfter), right: true },
    ],
    colours,
  )
  const { before, after, change, catalogueDate } = plan.price
  return [
    `${colours.bold(plan.infrastructure)} on ${plan.provider} ${plan.region}: ${plural(plan.steps.length, 'step')}`,
    rows,
    `${money(before)} → ${colours.bold(money(after))} a month (${moneyChange(change)}), list prices of ${catalogueDate}`,
    ...plan.consentNeeded.map(({ resource, why }) => colours.red(`Needs consent: ${resource}: ${why}`)),
    ...plan.warnings.map((warning) => colours.yellow(`Note: ${warning}`)),
  ].join('\n\n')
}
