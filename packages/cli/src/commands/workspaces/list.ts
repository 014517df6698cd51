import { bodyOf, listed } from '@atlas/client'
import { command } from '../../command.ts'
import { showWorkspaces } from '../../show/access.ts'

export default command({
  summary: 'Those that your token may see',
  topic: 'Access',
  inputs: {},
  examples: [{ line: 'atlas workspaces list', does: 'all of them, for the server’s own token' }],
  async run(_values, context) {
    const { api } = await context.connect()
    const workspaces = await listed(
      (query) => bodyOf(api.GET('/api/v1/workspaces', { params: { query } })),
      (page) => page.workspaces,
    )
    return {
      json: { workspaces },
      text: () => showWorkspaces(workspaces, Date.now(), context.terminal.colours),
      next: [{ line: `atlas status --workspace ${workspaces[0]?.name ?? 'default'}`, does: 'what is in it' }],
    }
  },
})
