import type { Validation } from '@atlas/client'
import type { Colours } from '../terminal.ts'
import { harmless, plural } from './text.ts'

/** Each finding with where, what was found and expected, and what to type. */
export function showValidations(all: readonly Validation[], colours: Colours): string {
  return all.length === 0 ? 'Nothing exists yet.' : all.map((one) => showValidation(one, colours)).join('\n\n')
}

function showValidation({ infrastructure, machines, changing, findings }: Validation, colours: Colours): string {
  const asked = `${infrastructure}: ${plural(machines.length, 'machine')} asked`
  const title =
    findings.length === 0
      ? `${asked}, ${colours.green('records, machines and load balancers agree')}`
      : `${asked}, ${colours.red(plural(findings.length, 'finding'))}`
  const left = changing.map((one) => `${harmless(one)} is being changed: nothing is said of it`)
  const lines = findings.map(
    ({ code, where, found, expected, hint }) =>
      `${colours.red(code)}  ${harmless(where)}\n  found     ${harmless(found)}\n  expected  ${harmless(expected)}\n  type      ${harmless(hint)}`,
  )
  return [[title, ...left].join('\n'), ...lines].join('\n\n')
}
