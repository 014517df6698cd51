import { bodyOf, listed } from '@atlas/client'
import { command } from '../../command.ts'
import { showTokens } from '../../show/access.ts'

export default command({
  summary: 'List the tokens of the workspace, without their secrets',
  topic: 'Access',
  inputs: {},
  examples: [{ line: 'atlas tokens list', does: 'roles, expiry, last use' }],
  async run(_values, context) {
    const { api } = await context.connect()
    const tokens = await listed(
      (query) => bodyOf(api.GET('/api/v1/tokens', { params: { query } })),
      (page) => page.tokens,
    )
    return {
      json: { tokens },
      text: () =>
        tokens.length > 0 ? showTokens(tokens, Date.now(), context.terminal.colours) : 'There are no tokens yet.',
      next: [{ line: 'atlas tokens create ci --role operator', does: 'make one' }],
    }
  },
})
