import { type AtlasError, catalogue, isAtlasError, type Problem } from '@atlas/core/errors'
import type { Colours } from './terminal.ts'

/** The exit code that a script can switch on; docs/cli.md lists them. */
export const exitCodeOf = (error: unknown): number => (isAtlasError(error) ? catalogue[error.code].exit : 1)

/** An error for a person: what, where, and at the end what to type. */
export function renderFailure(error: unknown, { red, bold, dim }: Colours): string {
  if (!isAtlasError(error)) return renderUnexpected(error, red)
  const title = bold(`${catalogue[error.code].title}:`)
  const problems = error.problems.map((problem) => renderProblem(problem, dim))
  const said = error.problems.length === 1 && saysAllOf(error.problems[0]!, error)
  const lines = [`${red('✗')} ${title} ${error.message}`, ...(said ? [] : problems)]
  lines.push(error.hint === undefined ? `See: docs/errors.md#${error.code}` : `Try: ${error.hint}`)
  return `${lines.join('\n')}\n`
}

/** An error about one thing often says it all already. */
function saysAllOf({ where, message, found, expected, hint }: Problem, error: AtlasError): boolean {
  const said = `${error.message} ${error.hint ?? ''}`
  return [where, message, found, expected, hint].every((fact) => fact === undefined || said.includes(fact))
}

function renderProblem({ where, message, found, expected, hint }: Problem, dim: (text: string) => string): string {
  const place = where === undefined ? '' : `${where}: `
  const facts = [
    found === undefined ? undefined : `found ${found}`,
    expected === undefined ? undefined : `expected ${expected}`,
    hint,
  ].filter((fact) => fact !== undefined)
  return `  ${place}${message}${facts.length > 0 ? dim(` (${facts.join('; ')})`) : ''}`
}

const renderUnexpected = (error: unknown, red: (text: string) => string) =>
  `${red('✗')} Atlas made a mistake: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n` +
  'Try: the same again, and report it with the lines above if it stays\n'

/** The same for programs: one JSON document on stderr. */
export function failureJson(error: unknown): { error: Record<string, unknown> } {
  const known: Partial<AtlasError> = isAtlasError(error) ? error : {}
  return {
    error: {
      code: known.code ?? 'internal',
      message: (error as Error).message,
      ...(known.hint === undefined ? {} : { hint: known.hint }),
      ...(known.problems?.length ? { problems: known.problems } : {}),
    },
  }
}
