import type { Statistics } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { money } from './text.ts'

export function showStatistics(
  { infrastructure, resources, operations, monthly_cost }: Statistics,
  colours: Colours,
): string {
  const rows = [
    { of: 'infrastructure', total: String(infrastructure.total), parts: counts(infrastructure.by_status) },
    { of: '', total: '', parts: counts(infrastructure.by_provider) },
    { of: 'resources', total: String(resources.total), parts: counts(resources.by_type) },
    { of: '', total: '', parts: counts(resources.by_phase) },
    { of: 'operations, 24 h', total: String(sum(operations.last_24h)), parts: counts(operations.last_24h) },
    { of: 'operations, 30 days', total: String(sum(operations.last_30d)), parts: counts(operations.last_30d) },
    { of: 'cost', total: money(monthly_cost), parts: 'a month, list prices' },
  ]
  return table(
    rows.filter(({ of, parts }) => of !== '' || parts !== ''),
    [
      { head: 'what', cell: ({ of }) => of },
      { head: 'total', cell: ({ total }) => total, right: true },
      { head: 'of which', cell: ({ parts }) => parts },
    ],
    colours,
  )
}

/** The most first, then by name. */
const counts = (all: Record<string, number>): string =>
  Object.entries(all)
    .sort(([one, many], [other, more]) => more - many || one.localeCompare(other))
    .map(([word, number]) => `${number} ${word.replaceAll('_', ' ')}`)
    .join(', ')

const sum = (all: Record<string, number>) => Object.values(all).reduce((total, one) => total + one, 0)
