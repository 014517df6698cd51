import { AtlasError, type Problem } from '@atlas/core'
import { CsvError, parse } from 'csv-parse/sync'

/** A cell and where it starts, as `file:line:column`, both counted from 1. */
export interface Cell {
  text: string
  where: string
}

/**
 * The rows of a CSV with the places of their cells. A byte order mark, CRLF, empty lines and lines that begin with # are
 * fine; cells are trimmed.
 * @throws AtlasError csv_invalid where quotes do not match
 */
export function readCsv(source: string, file: string): Cell[][] {
  const text = withoutComments(source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'))
  const where = (offset: number) => place(text, offset, file)
  let offset = 0
  return records(text, where).map(({ record, raw }) => {
    const starts = cellStarts(raw).map((start) => offset + start)
    offset += raw.length
    return record.map((cell, n) => ({ text: cell, where: where(starts[n] ?? offset) }))
  })
}

/** As long as before, so that places stay what they are. */
const withoutComments = (text: string) => text.replace(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length))

function records(text: string, where: (offset: number) => string): { record: string[]; raw: string }[] {
  const options = { info: true, raw: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const
  try {
    return parse(text, options) as unknown as { record: string[]; raw: string }[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const last = error.code === 'CSV_QUOTE_NOT_CLOSED'
    const from = last ? text.lastIndexOf('"') : text.indexOf('"', lineStart(text, Number(error.lines)))
    const message = last ? 'A quote is opened and never closed' : 'A quote stands in the middle of a cell'
    throw csvInvalid([
      { where: where(Math.max(0, from)), message, found: '"', expected: 'quotes around a whole cell, or none' },
    ])
  }
}

/** Offsets in a record's text at which its cells start; separators inside quotes do not count. */
function cellStarts(raw: string): number[] {
  const first = raw.length - raw.trimStart().length
  const starts = [first]
  let quoted = false
  for (let at = first; at < raw.length; at++) {
    if (raw[at] === '"') quoted = !quoted
    if (raw[at] === ',' && !quoted) starts.push(at + 1 + spaces(raw, at + 1))
  }
  return starts
}

const spaces = (text: string, from: number) => /^[ \t]*/.exec(text.slice(from))![0].length

const lineStart = (text: string, line: number) =>
  text
    .split('\n')
    .slice(0, line - 1)
    .reduce((offset, each) => offset + each.length + 1, 0)

function place(text: string, offset: number, file: string): string {
  const before = text.slice(0, offset).split('\n')
  return `${file}:${before.length}:${before.at(-1)!.length + 1}`
}

/** All findings of one file in one refusal. */
export function csvInvalid(problems: readonly Problem[]): AtlasError {
  const [first] = problems
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new AtlasError('csv_invalid', `${first?.where}: ${first?.message}${more}.`, {
    problems,
    hint: first?.hint ?? 'Nothing was changed. Correct the file and try again.',
  })
}
