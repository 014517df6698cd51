import { bodyOf, listed } from '@atlas/client'
import { choice, command, count, required } from '../../command.ts'
import { showDeliveries } from '../../show/webhooks.ts'

const statuses = ['pending', 'delivered', 'dead'] as const

export default command({
  summary: 'See what became of the events of a webhook, newest first',
  topic: 'Look',
  inputs: {
    id: required('<id>', 'as `atlas webhooks list` shows it'),
    status: choice('--status <status>', 'only such; dead: given up after a day', statuses),
    limit: count('-n, --limit <number>', 'at most so many', 20),
  },
  examples: [
    { line: 'atlas webhooks deliveries <id>', does: 'the last 20' },
    { line: 'atlas webhooks deliveries <id> --status dead', does: 'what never arrived' },
  ],
  async run({ id, status, limit }, context) {
    const { api } = await context.connect()
    const wanted = statuses.find((one) => one === status)
    const filter = wanted && { status: wanted }
    const deliveries = await listed(
      (query) =>
        bodyOf(
          api.GET('/api/v1/webhooks/{id}/deliveries', { params: { path: { id }, query: { ...filter, ...query } } }),
        ),
      (page) => page.deliveries,
      limit,
    )
    const dead = deliveries.some((one) => one.status === 'dead')
    return {
      json: { deliveries },
      text: () =>
        deliveries.length > 0
          ? showDeliveries(deliveries, Date.now(), context.terminal.colours)
          : 'Nothing was to be delivered yet.',
      next: dead ? [{ line: `atlas webhooks redeliver ${id}`, does: 'send again what is dead' }] : [],
    }
  },
})
