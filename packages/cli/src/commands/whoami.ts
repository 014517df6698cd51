import { bodyOf } from '@atlas/client'
import { command } from '../command.ts'
import { harmless } from '../show/text.ts'

export default command({
  summary: 'Who the server takes you for',
  topic: 'Access',
  inputs: {},
  examples: [{ line: 'atlas whoami', does: 'workspace, role and name' }],
  async run(_inputs, context) {
    const { api } = await context.connect()
    const { caller } = await bodyOf(api.GET('/api/v1/whoami'))
    const { name, role, kind, workspace } = caller
    const agent = kind === 'agent' ? ', an agent: people approve its plans' : ''
    return { json: { caller }, text: () => `${harmless(name)} (${role} of ${workspace}${agent})` }
  },
})
