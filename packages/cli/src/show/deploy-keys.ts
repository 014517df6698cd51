import type { DeployKey } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago } from './text.ts'

export const showDeployKeys = (all: readonly DeployKey[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'project', cell: ({ project }) => project },
      { head: 'for', cell: ({ kind, host }) => host ?? kind },
      { head: 'fingerprint', cell: ({ fingerprint }) => fingerprint },
      { head: 'set', cell: ({ set_at, set_by }) => `${ago(set_at, now)} by ${set_by}` },
      { head: 'used', cell: ({ used_at }) => (used_at === null ? 'never' : ago(used_at, now)) },
    ],
    colours,
  )

/** To be pasted as it is. */
export const showPublicHalf = ({ project, public_key }: DeployKey): string =>
  `Give this to the host of the repository of ${project}, as a deploy key that may write:\n\n${public_key}`
