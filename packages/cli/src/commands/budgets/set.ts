import { AtlasError } from '@atlas/core/errors'
import { command, required, text } from '../../command.ts'
import { showBudgets } from '../../show/costs.ts'

export default command({
  summary: 'Make a budget, or put it in the place of the one of its name',
  description: 'Above its limit nothing that costs more is carried out; what takes away always is. For admins.',
  topic: 'Look',
  inputs: {
    name: required('<name>', 'small letters, digits and dashes'),
    monthly: text('--monthly <usd>', 'USD a month'),
    tag: text('--tag <key=value>', 'count only what carries it; everything when not given'),
    warn: text('--warn <percent>', 'percent of it above which it warns (80 when not given)'),
    block: text('--block <percent>', 'percent of it above which it blocks (100 when not given)'),
  },
  examples: [
    { line: 'atlas budgets set all --monthly 200', does: 'at most $200 a month for everything' },
    {
      line: 'atlas budgets set shop --monthly 80 --tag project=shop --warn 90 --block 120',
      does: 'for what carries a tag',
    },
  ],
  async run({ name, monthly, tag, warn, block }, context) {
    if (monthly === undefined) {
      throw new AtlasError('usage', `How much ${name} may cost is missing`, {
        hint: `atlas budgets set ${name} --monthly 200`,
      })
    }
    const client = await context.connect()
    const budget = await client.putBudget(name, {
      monthly: amount('--monthly', monthly),
      ...(tag !== undefined && { tag }),
      ...(warn !== undefined && { warn_percent: amount('--warn', warn) }),
      ...(block !== undefined && { block_percent: amount('--block', block) }),
    })
    return {
      json: { budget },
      text: () => showBudgets([budget], context.terminal.colours),
      next: [{ line: 'atlas plan', does: 'what it says to what is planned' }],
    }
  },
})

function amount(option: string, typed: string): number {
  if (/^\d+(\.\d+)?$/.test(typed)) return Number(typed)
  throw new AtlasError('usage', `${option} ${typed}: expected a number, such as 200`)
}
