import { bodyOf } from '@atlas/client'
import { command, required } from '../../command.ts'

export default command({
  summary: 'End a token, at once and everywhere',
  topic: 'Access',
  inputs: { id: required('<id>', 'as `atlas tokens list` shows it') },
  examples: [{ line: 'atlas tokens revoke <id>', does: 'nobody gets in with it any more' }],
  async run({ id }, context) {
    const { api } = await context.connect()
    const { token } = await bodyOf(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }))
    return {
      json: { token },
      text: () => `The token ${token.name} (${token.prefix}…) is revoked.`,
      next: [{ line: 'atlas tokens list', does: 'those that are left' }],
    }
  },
})
