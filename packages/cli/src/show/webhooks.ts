import type { Delivery, Webhook } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago } from './text.ts'

const stateOf = ({ active, disabled_reason, failing_since }: Webhook): string =>
  active ? (failing_since === null ? 'on' : 'failing') : disabled_reason === null ? 'off' : `off: ${disabled_reason}`

export const showWebhooks = (all: readonly Webhook[], colours: Colours): string =>
  table(
    all,
    [
      { head: 'id', cell: ({ id }) => id },
      { head: 'url', cell: ({ url }) => url },
      { head: 'types', cell: ({ types }) => types.join(',') },
      {
        head: 'state',
        cell: stateOf,
        paint: (text, { active, failing_since }) =>
          active && failing_since === null ? colours.green(text) : colours.red(text),
      },
    ],
    colours,
  )

export const showDeliveries = (all: readonly Delivery[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'id', cell: ({ id }) => id },
      { head: 'event', cell: ({ event }) => `#${event.id} ${event.type}` },
      { head: 'status', cell: ({ status }) => status },
      { head: 'attempts', cell: ({ attempts }) => String(attempts), right: true },
      { head: 'last', cell: ({ last_attempt_at }) => (last_attempt_at === null ? '' : ago(last_attempt_at, now)) },
      { head: 'answer', cell: ({ last_status, last_error }) => last_error ?? String(last_status ?? '') },
    ],
    colours,
  )
