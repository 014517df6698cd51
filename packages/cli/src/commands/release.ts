import { adoption } from '@atlas/client'
import { carryOut } from '../change.ts'
import { command, naming, required, toggle } from '../command.ts'
import { approvedBy } from '../inputs.ts'
import { showPlan } from '../show/plan.ts'

const { yes, detach } = approvedBy

export default command({
  summary: 'Stop managing an infrastructure, and leave all of it in the cloud',
  description:
    'The reverse of `atlas import`: tags of Atlas are taken off, nothing else changes, and the cloud goes on charging for it.',
  topic: 'Change the world',
  inputs: {
    infrastructure: naming('infrastructure', required('<infrastructure>', 'by name or id')),
    plan: toggle('--plan', 'only show what would be released'),
    yes,
    detach,
  },
  examples: [
    { line: 'atlas release shop --plan', does: 'only look' },
    { line: 'atlas release shop', does: 'let go of it, after asking' },
  ],
  async run({ infrastructure, plan: planOnly, ...approval }, context) {
    const { planRelease, release } = adoption((await context.connect()).api)
    if (planOnly) {
      const plan = await planRelease(infrastructure)
      const shown = await showPlan(plan, context.terminal)
      const next = [{ line: `atlas release ${infrastructure}`, does: 'let go of it' }]
      return { json: plan, text: () => shown, next }
    }
    const change = {
      plan: () => planRelease(infrastructure),
      start: (_: unknown, given: Parameters<typeof release>[1]) => release(infrastructure, given),
      nothing: `Nothing of ${infrastructure} is left.`,
      next: [{ line: 'atlas import', does: 'what is in the account and nobody’s' }],
    }
    return carryOut(context, change, { ...approval, consent: [] })
  },
})
