import type { Token, Workspace } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'
import { ago } from './text.ts'

export const showWorkspaces = (all: readonly Workspace[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'workspace', cell: ({ name }) => name },
      { head: 'approved', cell: ({ approval }) => approval },
      { head: 'made', cell: ({ created_at }) => ago(created_at, now) },
    ],
    colours,
  )

export const showTokens = (all: readonly Token[], now: number, colours: Colours): string =>
  table(
    all,
    [
      { head: 'id', cell: ({ id }) => id },
      { head: 'name', cell: ({ name }) => name },
      { head: 'begins', cell: ({ prefix }) => prefix },
      { head: 'role', cell: ({ role, approval }) => (approval === 'required' ? `${role}, agent` : role) },
      { head: 'last used', cell: ({ last_used_at }) => (last_used_at === null ? 'never' : ago(last_used_at, now)) },
      {
        head: 'until',
        cell: (token) => until(token, now),
        paint: (words, token) => (isOver(token, now) ? colours.red(words) : words),
      },
    ],
    colours,
  )

const isOver = ({ revoked_at, expires_at }: Token, now: number) =>
  revoked_at !== null || (expires_at !== null && Date.parse(expires_at) <= now)

function until({ revoked_at, expires_at }: Token, now: number): string {
  if (revoked_at !== null) return `revoked ${ago(revoked_at, now)}`
  return expires_at === null ? 'revoked' : expires_at.slice(0, 10)
}
