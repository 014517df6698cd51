import type { Estimate } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { money } from './text.ts'

export function showEstimate(estimate: Estimate, colours: Colours): string {
  const lines = estimate.breakdown.flatMap(({ resource_name, resource_type, items }) =>
    items.map((item, index) => ({
      ...item,
      name: index === 0 ? resource_name : '',
      type: index === 0 ? resource_type : '',
    })),
  )
  const rows = table(
    lines,
    [
      { head: 'name', cell: ({ name }) => name },
      { head: 'type', cell: ({ type }) => type },
      { head: 'what is paid for', cell: ({ item }) => item },
      { head: 'a month', cell: ({ monthly }) => money(monthly), right: true },
      { head: '', cell: ({ note }) => note ?? '', paint: colours.dim },
    ],
    colours,
  )
  const total = `${colours.bold(money(estimate.estimated_monthly_cost))} a month, before tax (list prices of ${estimate.catalogue_date})`
  const missing =
    estimate.unpriced.length > 0 ? [`Not in the sum, no price known: ${estimate.unpriced.join(', ')}`] : []
  return [rows, '', total, ...missing].join('\n')
}
