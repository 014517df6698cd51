import type { StoredPlanSummary } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago, moneyChange } from './text.ts'

/** The hash is shown whole: it is what the other commands take. */
export const showPlans = (all: readonly StoredPlanSummary[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'hash', cell: ({ hash }) => hash },
      { head: 'what', cell: ({ kind, infrastructure }) => `${kind} ${infrastructure}` },
      { head: 'steps', cell: ({ steps }) => String(steps), right: true },
      { head: 'cost', cell: ({ monthly_change }) => moneyChange(monthly_change), right: true },
      { head: 'by', cell: ({ made_by }) => made_by },
      { head: 'made', cell: ({ made_at }) => ago(made_at, now) },
      {
        head: 'approval',
        cell: ({ approval }) => said(approval),
        paint: (words, { approval }) => (approval?.status === 'pending' ? colours.yellow(words) : words),
      },
    ],
    colours,
  )

function said(approval: StoredPlanSummary['approval']): string {
  if (approval === null) return ''
  return approval.status === 'pending' ? 'waits for a person' : `${approval.status} by ${approval.decided_by}`
}
