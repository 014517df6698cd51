import { bodyOf, listed } from '@atlas/client'
import { command } from '../../command.ts'
import { showWebhooks } from '../../show/webhooks.ts'

export default command({
  summary: 'List the endpoints that are told of events',
  topic: 'Look',
  inputs: {},
  examples: [{ line: 'atlas webhooks list', does: 'where events go, and whether they arrive' }],
  async run(_inputs, context) {
    const { api } = await context.connect()
    const webhooks = await listed(
      (query) => bodyOf(api.GET('/api/v1/webhooks', { params: { query } })),
      (page) => page.webhooks,
    )
    const first = webhooks[0]
    return {
      json: { webhooks },
      text: () => (first ? showWebhooks(webhooks, context.terminal.colours) : 'There are no webhooks yet.'),
      next: first
        ? [{ line: `atlas webhooks deliveries ${first.id}`, does: 'what became of its events' }]
        : [{ line: 'atlas webhooks create https://hooks.example.com/atlas', does: 'make one' }],
    }
  },
})
