import { bodyOf } from '@atlas/client'
import { command, list, required, text } from '../../command.ts'

export default command({
  summary: 'Have events sent to an endpoint from now on',
  description:
    'Has events sent to an endpoint from now on, and shows the secret that they are signed with: this once, so keep it. The endpoint must be https and public.',
  topic: 'Look',
  inputs: {
    url: required('<url>', 'where to, by https'),
    type: list('-t, --type <types>', 'only these: infrastructure.created, or infrastructure.* for all of a kind'),
    description: text('--description <text>', 'what it is for'),
  },
  examples: [
    { line: 'atlas webhooks create https://hooks.example.com/atlas', does: 'send everything' },
    {
      line: "atlas webhooks create https://hooks.example.com/atlas --type 'infrastructure.*,deployment.*'",
      does: 'send what matters most',
    },
  ],
  async run({ url, type, description }, context) {
    const { api } = await context.connect()
    const body = {
      url,
      ...(type.length > 0 && { types: [...type] }),
      ...(description !== undefined && { description }),
    }
    const { webhook, secret } = await bodyOf(api.POST('/api/v1/webhooks', { body }))
    return {
      json: { webhook, secret },
      text: () => `Webhook ${webhook.id} is told of what happens from now on.\nIts secret, shown this once: ${secret}`,
      next: [{ line: `atlas webhooks test ${webhook.id}`, does: 'send it an event to try' }],
    }
  },
})
