import type { AuditRecord, AuditVerdict } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { plural } from './text.ts'

export const showAudit = (records: readonly AuditRecord[], colours: Colours): string =>
  table(
    records,
    [
      { head: '#', cell: ({ seq }) => String(seq), right: true },
      { head: 'when', cell: ({ at }) => at.replace(/\.\d+/, '') },
      { head: 'who', cell: ({ actor }) => actor.name },
      { head: 'what', cell: ({ action }) => action.replace('/api/v1', '') },
      { head: 'to', cell: ({ object }) => (object ?? '').replace('/api/v1', '') },
      {
        head: 'came to',
        cell: outcome,
        paint: (text, { result }) => (result?.code ? colours.red(text) : text),
      },
    ],
    colours,
  )

const outcome = ({ kind, result }: AuditRecord): string =>
  result === null ? kind : [kind, result.status, result.code].filter((part) => part !== null).join(' ')

export function showVerdict({ ok, records, head, findings }: AuditVerdict, colours: Colours): string {
  const found = findings.map(({ seq, what, text }) => colours.red(`${what} at ${seq}: ${text}`))
  const word = ok ? colours.green('whole') : colours.red('not what it was')
  return [
    `The audit is ${word}: ${plural(records, 'record')}.`,
    ...found,
    `Head, to be noted elsewhere: ${head.seq}:${head.hash}`,
  ].join('\n')
}
