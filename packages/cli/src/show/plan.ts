import type { Planned } from '@atlas/client'
import type { Plan } from '@atlas/core'
import type { Palette } from '@atlas/core/render'
import type { Colours, Terminal } from '../terminal.ts'
import { showGate } from './costs.ts'

/** The plan for a person: what becomes of each resource and why, what is at risk, what it costs, what budgets say. */
export async function showPlan(plan: Planned, { colours }: Terminal): Promise<string> {
  const { renderText } = await import('@atlas/core/render')
  const budgets = showGate(plan.gate, colours)
  return `${renderText(plan, paletteOf(colours)).trimEnd()}${budgets && `\n\n${budgets}`}`
}

export async function showMarkdown(plan: Plan): Promise<string> {
  const { renderMarkdown } = await import('@atlas/core/render')
  return renderMarkdown(plan).trimEnd()
}

const paletteOf = ({ green, yellow, red, dim, bold }: Colours): Palette => ({
  add: green,
  change: yellow,
  remove: red,
  warn: yellow,
  dim,
  bold,
})
