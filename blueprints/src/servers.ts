import { AtlasError, type Catalogue, nearest } from '@atlas/core'
import { readCsv } from './csv.ts'
import { most, readProjects } from './projects.ts'

/** A projects.csv in which one number is another. */
export interface Scaled {
  csv: string
  from: number
  to: number
  /** Of the line that is another, counted from 1, and what it was and is. */
  line: number
  before: string
  after: string
}

/**
 * The same text with another number of servers for a project: comments, order, spacing, quotes and line ends stay.
 * @param file how to call it in messages
 * @throws AtlasError `csv_invalid` as reading it does; `usage` for an unknown project or a number that is none
 */
export function scaleProject(csv: string, file: string, change: Change, catalogue: Catalogue): Scaled {
  const { project, servers } = change
  const projects = readProjects(csv, file, catalogue)
  const from = projects.find(({ name }) => name === project)?.servers
  if (from === undefined) {
    const names = projects.map(({ name }) => name)
    const near = nearest(project, names)
    throw new AtlasError('usage', `${file} has no project ${project}`, {
      hint: near ? `did you mean ${near}?` : `it has ${names.join(', ')}`,
    })
  }
  if (!Number.isInteger(servers) || servers < 0 || servers > most)
    throw new AtlasError('usage', `${servers} is no number of servers`, { hint: `a whole number from 0 to ${most}` })
  const cell = readCsv(csv, file).find(([name]) => name!.text === project)![1]!
  const [line, column] = cell.where.split(':').slice(-2).map(Number) as [number, number]
  const lines = csv.split('\n')
  const before = lines[line - 1]!
  // The byte order mark is no column, and it is on the header's line at the most.
  const after = before.slice(0, column - 1) + before.slice(column - 1).replace(/\d+/, String(servers))
  lines[line - 1] = after
  return { csv: lines.join('\n'), from, to: servers, line, before: before.trimEnd(), after: after.trimEnd() }
}

export interface Change {
  project: string
  servers: number
}
