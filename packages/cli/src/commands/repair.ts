import { carryOut, isNothing } from '../change.ts'
import { command, naming, required, toggle } from '../command.ts'
import { approvedBy } from '../inputs.ts'
import { showPlan } from '../show/plan.ts'

export default command({
  summary: 'Bring what has drifted back to its description',
  topic: 'Change the world',
  inputs: {
    infrastructure: naming('infrastructure', required('<infrastructure>', 'by name or id')),
    plan: toggle('--plan', 'only show what would be repaired'),
    ...approvedBy,
  },
  examples: [
    { line: 'atlas repair shop --plan', does: 'what has drifted' },
    { line: 'atlas repair shop', does: 'repair it, after asking' },
  ],
  async run({ infrastructure, plan: planOnly, ...approval }, context) {
    if (!planOnly) {
      return carryOut(
        context,
        {
          plan: (client) => client.planRepair(infrastructure),
          start: (client, given) => client.repair(infrastructure, given),
          nothing: `${infrastructure} is as its description says.`,
          next: [{ line: `atlas status ${infrastructure}`, does: 'what runs now' }],
        },
        approval,
      )
    }
    const plan = await (await context.connect()).planRepair(infrastructure)
    const text = await showPlan(plan, context.terminal)
    const next = isNothing(plan)
      ? { line: `atlas status ${infrastructure}`, does: 'what runs now' }
      : { line: `atlas repair ${infrastructure}`, does: 'repair it' }
    return { json: plan, text: () => text, next: [next] }
  },
})
