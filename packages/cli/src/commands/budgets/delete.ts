import { command, required } from '../../command.ts'

export default command({
  summary: 'Take a budget away',
  topic: 'Look',
  inputs: { name: required('<name>', 'as atlas budgets list has it') },
  examples: [{ line: 'atlas budgets delete shop', does: 'nothing is held against it any more' }],
  async run({ name }, context) {
    await (await context.connect()).removeBudget(name)
    return {
      json: { deleted: name },
      text: () => `Budget ${name} is gone.`,
      next: [{ line: 'atlas budgets list', does: 'what is left' }],
    }
  },
})
