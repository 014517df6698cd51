import { bodyOf } from '@atlas/client'
import { command } from '../../command.ts'
import { showCredentials } from '../../show/credentials.ts'

export default command({
  summary: 'List the credentials of the workspace, without their values',
  topic: 'Access',
  inputs: {},
  examples: [{ line: 'atlas credentials list', does: 'where each is kept, and when it was used' }],
  async run(_values, context) {
    const { api } = await context.connect()
    const { credentials } = await bodyOf(api.GET('/api/v1/credentials'))
    return {
      json: { credentials },
      text: () =>
        credentials.length > 0
          ? showCredentials(credentials, Date.now(), context.terminal.colours)
          : 'The workspace has no credentials.',
      next: [{ line: 'atlas credentials check digitalocean', does: 'ask the cloud whether it takes it' }],
    }
  },
})
