import type { Plan, ResourcePlan } from '../types.ts'
import {
  changing,
  consentFlag,
  harmless,
  heading,
  moneyOf,
  priceLines,
  reasonOf,
  risksOf,
  summary,
  symbols,
} from './words.ts'

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
export function renderText(given: Plan, palette: Palette = plain): string {
  const plan = harmless(given)
  const rows = changing(plan)
  if (rows.length === 0 && plan.warnings.length === 0 && plan.price.change === 0)
    return `${heading(plan)}: nothing to do, ${summary(plan) || 'nothing there'}.\n`
  const widths = [
    widest(rows.map(({ type }) => type)),
    widest(rows.map(({ resource }) => resource)),
    widest(rows.map(moneyOf)),
  ] as const
  const lines = [palette.bold(heading(plan)), '', ...rows.flatMap((row) => rowLines(plan, row, widths, palette)), '']
  lines.push(`${summary(plan)}.`, ...priceLines(plan))
  if (plan.price.unpriced.length > 0)
    lines.push(palette.warn(`Without a known price: ${plan.price.unpriced.join(', ')}`))
  for (const warning of plan.warnings) lines.push(palette.warn(`! ${warning}`))
  if (plan.consentNeeded.length > 0)
    lines.push(palette.warn(`Data would be lost. If that is meant: ${consentFlag(plan)}`))
  return `${lines.join('\n')}\n`
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length))

function rowLines(
  plan: Plan,
  row: ResourcePlan,
  [type, name, money]: readonly [number, number, number],
  palette: Palette,
) {
  const paint = paints[row.action](palette)
  const start = `  ${symbols[row.action]} ${row.type.padEnd(type)}  ${row.resource.padEnd(name)}`
  const line = `${paint(start)}  ${moneyOf(row).padStart(money)}  ${palette.dim(reasonOf(plan, row))}`.trimEnd()
  const indent = ' '.repeat(4 + type + 2)
  return [line, ...risksOf(plan, row).map((risk) => `${indent}${palette.warn(`! ${risk}`)}`)]
}

const paints: Record<ResourcePlan['action'], (palette: Palette) => Paint> = {
  create: ({ add }) => add,
  update: ({ change }) => change,
  replace: ({ change }) => change,
  delete: ({ remove }) => remove,
  forget: ({ dim }) => dim,
  unchanged: ({ dim }) => dim,
}
