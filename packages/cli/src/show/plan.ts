import type { Plan } from '@atlas/core'
import type { Palette } from '@atlas/core/render'
import type { Colours, Terminal } from '../terminal.ts'

/** The plan for a person: what becomes of each resource and why, what is at risk, and what it costs. */
export async function showPlan(plan: Plan, { colours }: Terminal): Promise<string> {
  const { renderText } = await import('@atlas/core/render')
  return renderText(plan, paletteOf(colours)).trimEnd()
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
