import { choice, command, text } from '../command.ts'
import { showCosts } from '../show/costs.ts'

const groupings = ['infrastructure', 'resource', 'type', 'tag'] as const

export default command({
  summary: 'What was used, metered by the second, and what this month will come to',
  description: 'At list prices, for what Atlas made. What the cloud bills beside that, such as taxes, is not in it.',
  topic: 'Look',
  inputs: {
    from: text('--from <date>', 'a date or moment (ISO 8601); the beginning of this month when not given'),
    to: text('--to <date>', 'not included; now when not given'),
    by: choice('--by <what>', 'how to group it; by infrastructure when not given', groupings),
  },
  examples: [
    { line: 'atlas costs', does: 'this month so far' },
    { line: 'atlas costs --by resource --from 2026-10-01 --to 2026-11-01', does: 'a month, machine by machine' },
    { line: "atlas costs --by tag --json | jq '.groups[] | {group, cost}'", does: 'for a spreadsheet' },
  ],
  async run({ from, to, by }, context) {
    const client = await context.connect()
    const costs = await client.costs({
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      group_by: groupings.find((one) => one === by) ?? 'infrastructure',
    })
    return {
      json: costs,
      text: () => showCosts(costs, context.terminal.colours),
      next: [{ line: 'atlas budgets list', does: 'what it is held against' }],
    }
  },
})
