import type { Budget, Costs, Gate } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { money } from './text.ts'

export function showCosts({ groups, total, from, to, month_to_date, forecast }: Costs, colours: Colours): string {
  const lines = groups.flatMap(({ group, cost, items }) =>
    items.map((item, n) => ({ ...item, group: n === 0 ? group || '(no tag)' : '', sum: n === 0 ? money(cost) : '' })),
  )
  const rows = table(
    lines,
    [
      { head: 'what', cell: ({ group }) => group },
      { head: 'cost', cell: ({ sum }) => sum, right: true, paint: colours.bold },
      { head: 'what was paid for', cell: ({ item }) => item },
      { head: 'hours', cell: ({ hours }) => hours.toFixed(1), right: true },
      { head: 'of that', cell: ({ cost }) => money(cost), right: true },
    ],
    colours,
  )
  const asked = `${colours.bold(money(total))} from ${from.slice(0, 16)} to ${to.slice(0, 16)} UTC, before tax`
  const month = `This month so far ${money(month_to_date)}, at its end about ${money(forecast)}`
  return [...(lines.length > 0 ? [rows, ''] : []), asked, month].join('\n')
}

const painter = (colours: Colours) => ({ ok: colours.green, warn: colours.yellow, block: colours.red })
const words = { ok: 'ok', warn: 'over its warning', block: 'over its limit' }

export const showBudgets = (budgets: readonly Budget[], colours: Colours): string =>
  table(
    budgets,
    [
      { head: 'budget', cell: ({ name }) => name },
      { head: 'counts', cell: ({ tag }) => tag ?? 'everything' },
      { head: 'a month', cell: ({ monthly }) => money(monthly), right: true },
      { head: 'warns at', cell: ({ warn_at }) => money(warn_at), right: true },
      { head: 'blocks at', cell: ({ block_at }) => money(block_at), right: true },
      { head: 'run rate', cell: ({ run_rate }) => money(run_rate), right: true },
      { head: 'so far', cell: ({ month_to_date }) => money(month_to_date), right: true },
      { head: 'this month', cell: ({ this_month }) => money(this_month), right: true },
      {
        head: 'is',
        cell: ({ verdict }) => words[verdict],
        paint: (text, { verdict }) => painter(colours)[verdict](text),
      },
    ],
    colours,
  )

/** One line for each budget that has something to say; nothing where all is well. */
export function showGate({ budgets }: Gate, colours: Colours): string {
  const lines = budgets
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ budget, would_be, warn_at, block_at, verdict }) => {
      const limit =
        verdict === 'block' ? `its limit of ${money(block_at)}: refused` : `its warning at ${money(warn_at)}`
      return painter(colours)[verdict](`Budget ${budget} would be at ${money(would_be)} a month, over ${limit}`)
    })
  return lines.join('\n')
}
