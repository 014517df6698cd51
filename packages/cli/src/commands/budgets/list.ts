import { command } from '../../command.ts'
import { showBudgets } from '../../show/costs.ts'

export default command({
  summary: 'Budgets, and how each stands',
  topic: 'Look',
  inputs: {},
  examples: [
    { line: 'atlas budgets list', does: 'limits, run rates, and this month so far' },
    { line: 'atlas budgets list --json | jq \'.budgets[] | select(.verdict != "ok")\'', does: 'those that are over' },
  ],
  async run(_values, context) {
    const budgets = await (await context.connect()).budgets()
    const none = 'There are no budgets: nothing is blocked.'
    return {
      json: { budgets },
      text: () => (budgets.length > 0 ? showBudgets(budgets, context.terminal.colours) : none),
      next:
        budgets.length > 0
          ? [{ line: 'atlas costs', does: 'what it was spent on' }]
          : [{ line: 'atlas budgets set all --monthly 200', does: 'at most $200 a month for everything' }],
    }
  },
})
