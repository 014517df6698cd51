import { bodyOf } from '@atlas/client'
import { command, required } from '../../command.ts'

export default command({
  summary: 'Send a webhook an event to try, and say what came of it',
  description:
    'Sends one event of type webhook.test now, whatever types the webhook asks for, and says what came of it.',
  topic: 'Look',
  inputs: { id: required('<id>', 'as `atlas webhooks list` shows it') },
  exits: { 1: 'it did not arrive' },
  examples: [{ line: 'atlas webhooks test <id>', does: 'does it arrive?' }],
  async run({ id }, context) {
    const { api } = await context.connect()
    const result = await bodyOf(api.POST('/api/v1/webhooks/{id}/test', { params: { path: { id } } }))
    return {
      json: result,
      text: () =>
        result.delivered
          ? `It arrived: HTTP ${result.status} in ${result.ms} ms.`
          : `It did not arrive: ${result.error} (${result.ms} ms).`,
      ...(result.delivered ? {} : { exit: 1 }),
    }
  },
})
