import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago } from './text.ts'

interface Credential {
  provider: string
  source: string | null
  fingerprint: string | null
  status: 'present' | 'unavailable'
  hint?: string
  rotated_at: string | null
  created_at: string | null
  last_used_at: string | null
}

export const showCredentials = (all: readonly Credential[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'cloud', cell: ({ provider }) => provider },
      { head: 'kept by', cell: ({ source, hint }) => source ?? hint ?? '', paint: paintTrouble(colours) },
      { head: 'fingerprint', cell: ({ fingerprint }) => fingerprint ?? '' },
      { head: 'since', cell: ({ rotated_at, created_at }) => since(rotated_at ?? created_at, now) },
      { head: 'last used', cell: ({ last_used_at }) => since(last_used_at, now) },
    ],
    colours,
  )

const since = (time: string | null, now: number) => (time === null ? '' : ago(time, now))

const paintTrouble =
  (colours: Colours) =>
  (text: string, { status }: Credential) =>
    status === 'present' ? text : colours.red(text)
