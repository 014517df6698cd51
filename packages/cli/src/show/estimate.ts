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

/** One column for each provider; what it has no priced equivalent for is a dash, and named below. */
export function showComparison({ comparison = [] }: Estimate, colours: Colours): string {
  const names = comparison[0]?.breakdown.map(({ resource_name }) => resource_name) ?? []
  const rows = table(
    [...names, 'total'],
    [
      { head: 'name', cell: (name) => name },
      ...comparison.map(({ provider, breakdown, estimated_monthly_cost }) => ({
        head: provider,
        right: true,
        cell: (name: string) => {
          if (name === 'total') return money(estimated_monthly_cost)
          const found = breakdown.find(({ resource_name }) => resource_name === name)
          return found ? `${sizeOf(found)}${money(found.estimated_cost)}` : ''
        },
        paint: (text: string, name: string) => (name === 'total' ? colours.bold(text) : text),
      })),
    ],
    colours,
  )
  const sources = comparison.map(({ provider, region, catalogue_date }) => `${provider} ${region} of ${catalogue_date}`)
  const missing = comparison
    .filter(({ unpriced }) => unpriced.length > 0)
    .map(({ provider, unpriced }) => `Not in the sum of ${provider}, no price known: ${unpriced.join(', ')}`)
  return [rows, '', `USD a month, before tax. Prices: ${sources.join('; ')}`, ...missing].join('\n')
}

const sizeOf = ({ items }: Estimate['breakdown'][number]): string => {
  const size = /^machine (\S+)$/.exec(items[0]?.item ?? '')?.[1]
  return size ? `${size} ` : ''
}
