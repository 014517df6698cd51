import { bodyOf, items } from '@atlas/client'
import { choice, command } from '../command.ts'
import { showPlans } from '../show/plans.ts'

const statuses = ['pending', 'approved', 'rejected'] as const

export default command({
  summary: 'Plans that are kept, and which of them wait for a person',
  topic: 'Look',
  inputs: { approval: choice('--approval <status>', 'only those', statuses) },
  examples: [
    { line: 'atlas plans', does: 'all that were kept in the last 24 hours' },
    { line: 'atlas plans --approval pending', does: 'what waits to be approved' },
  ],
  async run({ approval }, context) {
    const { api } = await context.connect()
    const filter = approval === undefined ? {} : { approval: approval }
    const page = (cursor?: string) =>
      bodyOf(api.GET('/api/v1/plans', { params: { query: { ...filter, ...(cursor && { cursor }) } } }))
    const plans = await Array.fromAsync(items(page, (one) => one.plans))
    const waiting = plans.find((one) => one.approval?.status === 'pending')
    return {
      json: { plans },
      text: () => (plans.length > 0 ? showPlans(plans, Date.now(), context.terminal.colours) : none(approval)),
      next: waiting
        ? [{ line: `atlas approve ${waiting.hash}`, does: 'look at it, then agree or not' }]
        : [
            {
              line: approval === undefined ? 'atlas plan --save' : 'atlas plans',
              does: approval === undefined ? 'keep one' : 'all that are kept',
            },
          ],
    }
  },
})

function none(approval: string | undefined): string {
  if (approval === undefined) return 'No plan is kept.'
  return approval === 'pending' ? 'No plan waits for a person.' : `No plan that is kept was ${approval}.`
}
