import { bodyOf } from '@atlas/client'
import { command, optional, required } from '../../command.ts'

export default command({
  summary: 'Send dead events again, or one event whatever became of it',
  description:
    'Sends every dead event of a webhook again, or one delivery, whatever became of it. It keeps its webhook-id, by which the receiver knows what it has had.',
  topic: 'Look',
  inputs: {
    id: required('<id>', 'as `atlas webhooks list` shows it'),
    delivery: optional('[delivery]', 'only this one, as `atlas webhooks deliveries` shows it'),
  },
  examples: [
    { line: 'atlas webhooks redeliver <id>', does: 'all that are dead' },
    { line: 'atlas webhooks redeliver <id> <delivery>', does: 'one' },
  ],
  async run({ id, delivery }, context) {
    const { api } = await context.connect()
    const next = [{ line: `atlas webhooks deliveries ${id}`, does: 'what became of them' }]
    if (delivery === undefined) {
      const path = { id }
      const { redelivered } = await bodyOf(api.POST('/api/v1/webhooks/{id}/redeliver', { params: { path } }))
      return { json: { redelivered }, text: () => `Sent again: ${redelivered}`, next }
    }
    const answer = await bodyOf(
      api.POST('/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver', { params: { path: { id, delivery } } }),
    )
    return { json: answer, text: () => `${answer.delivery.event.type} is sent again.`, next }
  },
})
