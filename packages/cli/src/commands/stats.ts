import { command } from '../command.ts'
import { showStatistics } from '../show/statistics.ts'

export default command({
  summary: 'What is in the workspace, in numbers',
  topic: 'Look',
  inputs: {},
  examples: [
    { line: 'atlas stats', does: 'infrastructure, resources, cost and operations' },
    { line: 'atlas stats --json | jq .monthly_cost', does: 'what all that exists costs a month' },
  ],
  async run(_values, context) {
    const statistics = await (await context.connect()).statistics()
    return {
      json: statistics,
      text: () => showStatistics(statistics, context.terminal.colours),
      next: [{ line: 'atlas status', does: 'one by one' }],
    }
  },
})
