import { bodyOf } from '@atlas/client'
import { agreed } from '../../ask.ts'
import { command, required, toggle } from '../../command.ts'

export default command({
  summary: 'Tell an endpoint of nothing any more',
  topic: 'Look',
  inputs: {
    id: required('<id>', 'as `atlas webhooks list` shows it'),
    yes: toggle('-y, --yes', 'do not ask'),
  },
  examples: [{ line: 'atlas webhooks delete <id>', does: 'and forget what became of its events' }],
  async run({ id, yes }, context) {
    const { api } = await context.connect()
    const params = { path: { id } }
    const { webhook } = await bodyOf(api.GET('/api/v1/webhooks/{id}', { params }))
    if (!(await agreed(context, `Delete the webhook to ${webhook.url}?`, yes))) return { text: () => 'It stays.' }
    await bodyOf(api.DELETE('/api/v1/webhooks/{id}', { params }))
    return { json: { webhook }, text: () => `${webhook.url} is told of nothing any more.` }
  },
})
