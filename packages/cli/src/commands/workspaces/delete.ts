import { bodyOf } from '@atlas/client'
import { agreed } from '../../ask.ts'
import { command, required, toggle } from '../../command.ts'

export default command({
  summary: 'Remove an empty workspace',
  description: 'Its tokens end with it. Its name is not given out again, because its history stays under it.',
  topic: 'Access',
  inputs: { name: required('<name>', 'as `atlas workspaces list` shows it'), yes: toggle('-y, --yes', 'do not ask') },
  examples: [{ line: 'atlas workspaces delete team-a', does: 'remove it, after asking' }],
  async run({ name, yes }, context) {
    const { api } = await context.connect()
    if (!(await agreed(context, `Remove the workspace ${name} and its tokens?`, yes)))
      return { text: () => 'It stays.' }
    await bodyOf(api.DELETE('/api/v1/workspaces/{name}', { params: { path: { name } } }))
    return {
      json: { deleted: name },
      text: () => `Workspace ${name} is gone.`,
      next: [{ line: 'atlas workspaces list', does: 'those that are left' }],
    }
  },
})
