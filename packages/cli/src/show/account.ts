import type { AccountResource } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { money } from './text.ts'

/** What is in an account and could be imported, or why not. */
export function showAccount(all: readonly AccountResource[], colours: Colours): string {
  if (all.length === 0) return 'Nothing is in the account that is not part of an infrastructure.'
  return table(
    all,
    [
      { head: 'resource', cell: ({ type, id }) => `${type}:${id}` },
      { head: 'name', cell: ({ name }) => name },
      { head: 'region', cell: ({ region }) => region ?? '' },
      { head: 'tags', cell: ({ tags }) => tags.join(' ') },
      { head: 'a month', cell: ({ monthly_cost }) => money(monthly_cost), right: true },
      { head: '', cell: ({ why_not }) => why_not ?? '', paint: colours.dim },
    ],
    colours,
  )
}
