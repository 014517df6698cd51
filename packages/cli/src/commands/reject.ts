import { bodyOf } from '@atlas/client'
import { command, required, text } from '../command.ts'
import { wholeHash } from '../kept-plan.ts'

export default command({
  summary: 'Let a plan not be carried out, or take an approval back',
  topic: 'Change the world',
  inputs: {
    hash: required('<hash>', 'as `atlas plans` shows it; its first 8 digits are enough'),
    reason: text('--reason <words>', 'told to who asked'),
  },
  examples: [{ line: "atlas reject <hash> --reason 'not on a Friday'", does: 'say no, and why' }],
  async run({ hash: typed, reason }, context) {
    const { api } = await context.connect()
    const hash = await wholeHash({ api }, typed)
    const body = { ...(reason !== undefined && { reason }) }
    const rejected = await bodyOf(api.POST('/api/v1/plans/{hash}/reject', { params: { path: { hash } }, body }))
    return {
      json: rejected,
      text: () => 'Rejected. It is not carried out unless somebody approves it after all.',
      next: [{ line: 'atlas plans', does: 'what else waits' }],
    }
  },
})
