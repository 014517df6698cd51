import { type Catalogue, nearest, type Problem, type Size } from '@atlas/core'
import { type Cell, csvInvalid, readCsv } from './csv.ts'

/** One row of projects.csv: a project, and the machines it asks for. */
export interface Project {
  name: string
  /** How many web machines it runs on. */
  servers: number
  masterSpec: Size
  webSpec: Size
}

const header = ['Project', 'Servers', 'MasterSpec', 'WebSpec'] as const
export const most = 1000

/**
 * The projects of a projects.csv, in its order.
 * @param file how to call it in messages
 * @throws AtlasError csv_invalid with every finding: `file:line:column`, what was found, what is expected
 */
export function readProjects(csv: string, file: string, catalogue: Catalogue): Project[] {
  const [first, ...rows] = readCsv(csv, file)
  const headerProblems = checkHeader(first, file)
  if (headerProblems.length > 0) throw csvInvalid(headerProblems)
  if (rows.length === 0)
    throw csvInvalid([
      {
        where: first![0]!.where,
        message: 'No project follows the header',
        expected: 'at least one line such as shop,2,s-1vcpu-1gb,s-1vcpu-1gb',
        hint: 'To remove everything: atlas destroy',
      },
    ])
  const problems = [...rows.flatMap((row) => checkRow(row, catalogue)), ...duplicates(rows)]
  if (problems.length > 0) throw csvInvalid(problems)
  return rows.map(([name, servers, master, web]) => ({
    name: name!.text,
    servers: Number(servers!.text),
    masterSpec: catalogue.sizes.get(master!.text)!,
    webSpec: catalogue.sizes.get(web!.text)!,
  }))
}

function checkHeader(cells: readonly Cell[] | undefined, file: string): Problem[] {
  const expected = header.join(',')
  if (!cells) return [{ where: `${file}:1:1`, message: 'The file is empty', found: 'nothing', expected }]
  const found = cells.map(({ text }) => text)
  const wrong = header.flatMap((word, n): Problem[] => {
    const cell = cells[n]
    if (cell?.text === word) return []
    const where = cell?.where ?? cells.at(-1)!.where
    if (!cell) return [{ where, message: `The column ${word} is missing`, found: found.join(','), expected }]
    return [{ where, message: `The column "${cell.text}" is not expected here`, found: cell.text, expected: word }]
  })
  const extra = cells.slice(header.length).map(({ text, where }) => {
    const near = nearest(text, header)
    return { where, message: `The column "${text}" is not known`, found: text, expected, ...hint(near) }
  })
  return [...wrong, ...extra]
}

function checkRow(row: readonly Cell[], catalogue: Catalogue): Problem[] {
  if (row.length !== header.length) {
    const { where } = row.at(Math.min(row.length, header.length + 1) - 1)!
    const message = row.length < header.length ? `${header[row.length]} is missing` : 'There is a cell too many'
    return [{ where, message, found: `${row.length} cells`, expected: `${header.length} cells: ${header.join(',')}` }]
  }
  const [name, servers, master, web] = row as [Cell, Cell, Cell, Cell]
  return [
    ...check(
      name,
      /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
      'Project',
      'lower case letters, digits and dashes, at most 40, first a letter',
    ),
    ...(Number(servers.text) > most
      ? [wrong(servers, 'Servers', `a whole number from 0 to ${most}`)]
      : check(servers, /^\d+$/, 'Servers', `a whole number from 0 to ${most}`)),
    ...checkSize(master, 'MasterSpec', catalogue),
    ...checkSize(web, 'WebSpec', catalogue),
  ]
}

const check = (cell: Cell, pattern: RegExp, column: string, expected: string): Problem[] =>
  pattern.test(cell.text) ? [] : [wrong(cell, column, expected)]

const wrong = ({ text, where }: Cell, column: string, expected: string): Problem => ({
  where,
  message: text === '' ? `${column} is empty` : `${column} "${text}" is not accepted`,
  found: text === '' ? 'nothing' : text,
  expected,
})

function checkSize(cell: Cell, column: string, { sizes }: Catalogue): Problem[] {
  if (sizes.has(cell.text)) return []
  const near = nearest(cell.text, sizes.keys())
  return [{ ...wrong(cell, column, 'the slug of a size, such as s-1vcpu-1gb'), ...hint(near) }]
}

function duplicates(rows: readonly Cell[][]): Problem[] {
  const seen = new Map<string, string>()
  return rows.flatMap(([name]) => {
    const first = seen.get(name!.text)
    if (first === undefined) seen.set(name!.text, name!.where)
    if (first === undefined || name!.text === '') return []
    const { text, where } = name!
    return [
      {
        where,
        message: `Project "${text}" is at ${first} already`,
        found: text,
        expected: 'one line for each project',
      },
    ]
  })
}

const hint = (near: string | undefined) => (near === undefined ? {} : { hint: `Did you mean ${near}?` })
