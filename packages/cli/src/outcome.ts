import type { Example, Outcome } from './command.ts'
import type { Context } from './context.ts'
import { examplesText } from './help.ts'
import type { Colours } from './terminal.ts'

/** What goes to stdout at the end of a command. */
export function renderOutcome(
  { json, text, next }: Outcome,
  { json: asJson, terminal }: Pick<Context, 'json' | 'terminal'>,
) {
  if (asJson) return json === undefined ? '' : `${JSON.stringify(json, null, 2)}\n`
  const parts = [text?.().trimEnd(), next?.length ? renderNext(next, terminal.colours) : undefined]
  const shown = parts.filter((part) => part !== undefined && part !== '')
  return shown.length === 0 ? '' : `${shown.join('\n\n')}\n`
}

const renderNext = (next: readonly Example[], { bold }: Colours): string => `${bold('Next:')}\n${examplesText(next)}`
