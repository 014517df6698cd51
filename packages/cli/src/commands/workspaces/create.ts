import { bodyOf } from '@atlas/client'
import { command, required } from '../../command.ts'

export default command({
  summary: 'Make a workspace; for the server’s own token only',
  topic: 'Access',
  inputs: { name: required('<name>', 'lower case letters, digits and dashes') },
  examples: [{ line: 'atlas workspaces create team-a', does: 'a workspace without anything in it' }],
  async run({ name }, context) {
    const { api } = await context.connect()
    const { workspace } = await bodyOf(api.POST('/api/v1/workspaces', { body: { name } }))
    return {
      json: { workspace },
      text: () => `Workspace ${workspace.name} is there.`,
      next: [
        { line: `atlas tokens create admin --role admin --workspace ${workspace.name}`, does: 'a token for its team' },
      ],
    }
  },
})
