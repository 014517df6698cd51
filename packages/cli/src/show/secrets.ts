import type { AuditRecord, KeptSecret, NeededSecret } from '@atlas/client'
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

export const showSecretsAudit = (records: readonly AuditRecord[], colours: Colours): string =>
  table(
    records,
    [
      { head: 'when', cell: ({ at }) => at.replace(/\.\d+/, '') },
      { head: 'who', cell: ({ actor }) => actor.name },
      { head: 'what', cell: whatOf },
      { head: 'secret', cell: secretIn },
      {
        head: 'came to',
        cell: ({ result }) => (result === null ? '' : [result.status, result.code].filter(Boolean).join(' ')),
        paint: (text, { result }) => (result?.code ? colours.red(text) : text),
      },
    ],
    colours,
  )

/** Of a change its name, in whatever case it was typed; of a delivery also where from and to. */
function secretIn({ object }: AuditRecord): string {
  const [, typed] = /^\/api\/v1\/secrets\/([^/]+)/.exec(object ?? '') ?? []
  return typed?.toUpperCase() ?? object ?? ''
}

function whatOf({ action, kind }: AuditRecord): string {
  if (kind === 'used') return 'delivered'
  if (action.startsWith('DELETE')) return 'unset'
  return action.endsWith('/rotate') ? 'rotated' : 'set'
}
