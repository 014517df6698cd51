import type { Plan } from '../types.ts'
import { told } from './told.ts'

/** A plan for a pull request or a proposal, ending with a line break. */
export function renderMarkdown(plan: Plan): string {
  const { heading, rows, summary, prices, unpriced, warnings, consent } = told(plan)
  const lines = rows.map(({ symbol, type, name, money, reason, risks }) => {
    const why = [reason, ...risks.map((risk) => `**${risk}**`)].map(cell).join('<br>')
    return `| \`${symbol}\` | ${type} | ${cell(name)} | ${money} | ${why} |`
  })
  const table = rows.length > 0 ? ['| | type | name | USD a month | why |', '|---|---|---|--:|---|', ...lines, ''] : []
  const notes = [...unpriced, ...warnings, ...consent.map(({ why, flag }) => `${why} \`${flag}\``)]
  return [
    `### ${heading}`,
    '',
    ...table,
    `${summary || 'Nothing there'}. ${prices.join('. ')}.`,
    '',
    ...notes.map((note) => `> ${note}\n`),
    `<sub>plan ${plan.hash}</sub>`,
    '',
  ].join('\n')
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
