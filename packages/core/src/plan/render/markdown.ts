import type { Plan } from '../types.ts'
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

/** A plan for a pull request or a proposal, ending with a line break. */
export function renderMarkdown(given: Plan): string {
  const plan = harmless(given)
  const rows = changing(plan).map((row) => {
    const why = [reasonOf(plan, row), ...risksOf(plan, row).map((risk) => `**${risk}**`)].map(cell).join('<br>')
    return `| \`${symbols[row.action]}\` | ${row.type} | ${cell(row.resource)} | ${moneyOf(row)} | ${why} |`
  })
  const table = rows.length > 0 ? ['| | type | name | USD a month | why |', '|---|---|---|--:|---|', ...rows, ''] : []
  const notes = [
    ...(plan.price.unpriced.length > 0 ? [`Without a known price: ${plan.price.unpriced.join(', ')}`] : []),
    ...plan.warnings,
    ...(plan.consentNeeded.length > 0 ? [`Data would be lost. If that is meant: \`${consentFlag(plan)}\``] : []),
  ]
  const lines = [
    `### ${heading(plan)}`,
    '',
    ...table,
    `${summary(plan) || 'Nothing there'}. ${priceLines(plan).join('. ')}.`,
    '',
  ]
  return [...lines, ...notes.map((note) => `> ${note}\n`), `<sub>plan ${plan.hash}</sub>`, ''].join('\n')
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
