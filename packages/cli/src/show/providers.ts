import type { Provider } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'

export function showProviders(all: readonly Provider[], colours: Colours): string {
  const words = { connected: 'connected', no_credential: 'no credential', unreachable: 'unreachable' }
  const hints = all.flatMap(({ name, hint }) => (hint === undefined ? [] : [`${name}: ${hint}`]))
  const rows = table(
    all,
    [
      { head: 'provider', cell: ({ name, sandbox }) => (sandbox ? `${name} (sandbox)` : name) },
      {
        head: 'status',
        cell: ({ status }) => words[status],
        paint: (text, { status }) => (status === 'connected' ? colours.green(text) : colours.yellow(text)),
      },
      { head: 'endpoint', cell: ({ endpoint }) => endpoint },
      { head: 'account', cell: ({ account }) => account ?? '' },
      { head: 'prices of', cell: ({ catalogue_date }) => catalogue_date },
      { head: 'regions', cell: ({ regions }) => regions.join(' ') },
    ],
    colours,
  )
  return [rows, ...hints].join('\n')
}
