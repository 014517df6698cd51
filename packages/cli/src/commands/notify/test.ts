import { bodyOf } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'
import { command } from '../../command.ts'
import { table } from '../../show/table.ts'

export default command({
  summary: 'Send everybody who is told of events something to try, and say what came of it',
  description:
    'One event of type webhook.test goes to each webhook that is on, and to the mail addresses of email_config.json, whatever types they ask for.',
  topic: 'Look',
  inputs: {},
  exits: { 1: 'it did not arrive everywhere' },
  examples: [{ line: 'atlas notify test', does: 'does mail arrive?' }],
  async run(_, context) {
    const { api } = await context.connect()
    const { webhooks } = await bodyOf(api.GET('/api/v1/webhooks', { params: { query: { limit: 200 } } }))
    const active = webhooks.filter(({ active }) => active)
    if (active.length === 0)
      throw new AtlasError('not_found', 'Nobody is told of events', {
        hint: 'set ATLAS_EMAIL_CONFIG=config/email_config.json where the server is started, or: atlas webhooks create <url>',
      })
    const results = await Promise.all(
      active.map(async ({ id, url }) => {
        const result = await bodyOf(api.POST('/api/v1/webhooks/{id}/test', { params: { path: { id } } }))
        return { to: url, ...result }
      }),
    )
    return {
      json: { results },
      text: () =>
        table(
          results,
          [
            { head: 'to', cell: ({ to }) => to },
            { head: 'arrived', cell: ({ delivered }) => (delivered ? 'yes' : 'no') },
            { head: 'because', cell: ({ error = '' }) => error },
          ],
          context.terminal.colours,
        ),
      ...(results.every(({ delivered }) => delivered) ? {} : { exit: 1 }),
    }
  },
})
