import type { Problem } from '@atlas/core/errors'
import type { Colours } from '../terminal.ts'
import { table } from './table.ts'

export interface Setting {
  name: string
  source: 'environment' | 'default' | 'absent'
  value: string | null
}

interface Configuration {
  settings: readonly Setting[]
  problems: readonly Problem[]
  warnings: readonly string[]
}

/** The variables, then what is wrong with them and what is only worth a thought. */
export function showConfiguration(
  { settings, problems, warnings }: Configuration,
  all: boolean,
  colours: Colours,
): string {
  const wrong = new Set(problems.map(({ where }) => where))
  const shown = settings.filter(({ source, name }) => all || source !== 'absent' || wrong.has(name))
  const rows = table(
    shown,
    [
      {
        head: 'variable',
        cell: ({ name }) => name,
        paint: (text, { name }) => (wrong.has(name) ? colours.red(text) : text),
      },
      { head: 'from', cell: ({ source }) => source },
      { head: 'value', cell: ({ value }) => value ?? '' },
    ],
    colours,
  )
  const lines = problems.map(({ message, found, expected, hint }) =>
    [message, found && `found ${found}`, expected && `expected ${expected}`, hint].filter(Boolean).join('; '),
  )
  return [
    rows,
    ...lines.map((line) => `${colours.red('✗')} ${line}`),
    ...warnings.map((line) => `${colours.yellow('!')} ${line}`),
  ].join('\n')
}
