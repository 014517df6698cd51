import type { Plan } from '../types.ts'
import { type Row, told } from './told.ts'

type Paint = (text: string) => string

/** How a terminal shows things; without one everything stays plain. */
export interface Palette {
  add: Paint
  change: Paint
  remove: Paint
  warn: Paint
  dim: Paint
  bold: Paint
}

const plain: Palette = {
  add: (t) => t,
  change: (t) => t,
  remove: (t) => t,
  warn: (t) => t,
  dim: (t) => t,
  bold: (t) => t,
}

/** A plan for a terminal, ending with a line break. */
export function renderText(plan: Plan, palette: Palette = plain): string {
  const { heading, rows, summary, prices, unpriced, warnings, consent } = told(plan)
  if (rows.length === 0 && warnings.length === 0 && plan.price.change === 0)
    return `${heading}: nothing to do, ${summary || 'nothing there'}.\n`
  const widths = [
    widest(rows.map(({ type }) => type)),
    widest(rows.map(({ name }) => name)),
    widest(rows.map(({ money }) => money)),
  ] as const
  const notes = [
    ...unpriced,
    ...warnings.map((warning) => `! ${warning}`),
    ...consent.map(({ why, flag }) => `${why} ${flag}`),
  ]
  const lines = [
    palette.bold(heading),
    '',
    ...rows.flatMap((row) => rowLines(row, widths, palette)),
    '',
    `${summary}.`,
    ...prices,
    ...notes.map((note) => palette.warn(note)),
  ]
  return `${lines.join('\n')}\n`
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length))

function rowLines(row: Row, [type, name, money]: readonly [number, number, number], palette: Palette) {
  const paint = paints[row.action](palette)
  const start = `  ${row.symbol} ${row.type.padEnd(type)}  ${row.name.padEnd(name)}`
  const line = `${paint(start)}  ${row.money.padStart(money)}  ${palette.dim(row.reason)}`.trimEnd()
  const indent = ' '.repeat(4 + type + 2)
  return [line, ...row.risks.map((risk) => `${indent}${palette.warn(`! ${risk}`)}`)]
}

const paints: Record<Row['action'], (palette: Palette) => Paint> = {
  create: ({ add }) => add,
  update: ({ change }) => change,
  replace: ({ change }) => change,
  delete: ({ remove }) => remove,
  forget: ({ dim }) => dim,
  adopt: ({ add }) => add,
  release: ({ dim }) => dim,
  unchanged: ({ dim }) => dim,
  work: ({ change }) => change,
}
