import { carryOut, isNothing } from '../../change.ts'
import { command, naming, required, toggle } from '../../command.ts'
import { approvedBy } from '../../inputs.ts'
import { showPlan } from '../../show/plan.ts'

export default command({
  summary: 'Undo what an operation did, as an operation of its own',
  topic: 'Operations',
  inputs: {
    id: naming('operation', required('<id>', 'the operation to undo')),
    plan: toggle('--plan', 'only show what would be undone'),
    ...approvedBy,
  },
  examples: [
    { line: 'atlas operations rollback <id> --plan', does: 'what would be undone' },
    { line: 'atlas operations rollback <id>', does: 'undo it, after asking' },
  ],
  async run({ id, plan: planOnly, ...approval }, context) {
    const next = [{ line: 'atlas status', does: 'what runs now' }]
    if (!planOnly) {
      return carryOut(
        context,
        {
          plan: (client) => client.planRollback(id),
          start: (client, given) => client.rollback(id, given),
          nothing: `Operation ${id} left nothing to undo.`,
          next,
        },
        approval,
      )
    }
    const plan = await (await context.connect()).planRollback(id)
    const text = await showPlan(plan, context.terminal)
    return {
      json: plan,
      text: () => text,
      next: isNothing(plan) ? next : [{ line: `atlas operations rollback ${id}`, does: 'undo it' }],
    }
  },
})
