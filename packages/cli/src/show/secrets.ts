import type { KeptSecret, NeededSecret } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago } from './text.ts'

export const showKeptSecrets = (all: readonly KeptSecret[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'name', cell: ({ name }) => name },
      { head: 'version', cell: ({ version }) => String(version), right: true },
      { head: 'set', cell: ({ set_at }) => ago(set_at, now) },
      { head: 'by', cell: ({ set_by }) => set_by },
    ],
    colours,
  )

/** A line for each service that a secret goes to. */
export function showNeededSecrets(all: readonly NeededSecret[], now: number, colours: Colours): string {
  const lines = all.flatMap((secret) => secret.services.map((use) => ({ ...secret, ...use })))
  return table(
    lines,
    [
      { head: 'secret', cell: ({ name }) => name },
      {
        head: 'found as',
        cell: ({ variable }) => variable ?? 'missing',
        paint: (text, { variable }) => (variable === null ? colours.red(text) : text),
      },
      { head: 'in', cell: ({ source }) => source ?? '' },
      { head: 'version', cell: ({ version }) => version ?? '', right: true },
      { head: 'set', cell: ({ set_at, set_by }) => (set_at === null ? '' : `${ago(set_at, now)} by ${set_by}`) },
      { head: 'service', cell: ({ service }) => service },
      {
        head: 'delivered',
        cell: ({ delivered, current }) =>
          delivered === null
            ? 'never'
            : `${ago(delivered.at, now)} by ${delivered.release}${current ? '' : ', another value'}`,
        paint: (text, { current }) => (current ? text : colours.yellow(text)),
      },
    ],
    colours,
  )
}
