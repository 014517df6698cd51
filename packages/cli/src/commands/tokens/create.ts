import { bodyOf } from '@atlas/client'
import { choice, command, count, required, toggle } from '../../command.ts'

const roles = ['viewer', 'operator', 'admin'] as const
const dayMs = 86_400_000

export default command({
  summary: 'Make a token, and show it this once',
  description:
    'A viewer looks, an operator also changes infrastructure, an admin also makes and revokes tokens. Only a digest of the token is kept.',
  topic: 'Access',
  inputs: {
    name: required('<name>', 'what it is for'),
    role: choice('-r, --role <role>', 'what it may do; viewer when not given', roles),
    agent: toggle(
      '--agent',
      'for an agent: people approve what it wants carried out; an operator unless --role says viewer',
    ),
    days: count('--days <number>', 'good for so many days; 0: until it is revoked', 90),
  },
  examples: [
    { line: 'atlas tokens create dashboard', does: 'a token that may look' },
    {
      line: 'atlas tokens create ci --role operator --days 30',
      does: 'one that may change infrastructure, for a month',
    },
    { line: 'atlas tokens create claude --agent', does: 'one that changes only what a person has approved' },
    { line: 'atlas tokens create ci --json | jq -r .secret', does: 'the token alone, for a script to store' },
  ],
  async run({ name, role, agent, days }, context) {
    const { api } = await context.connect()
    const body = {
      name,
      role: role ?? (agent ? 'operator' : 'viewer'),
      ...(agent && { approval: 'required' as const }),
      ...(days > 0 && { expires_at: new Date(Date.now() + days * dayMs).toISOString() }),
    }
    const { token, secret } = await bodyOf(api.POST('/api/v1/tokens', { body }))
    return {
      json: { token, secret },
      text: () => `${secret}\n\nThis is the token ${token.name} (${token.role}). It is not shown again: store it now.`,
      next: [
        { line: `atlas tokens revoke ${token.id}`, does: 'end it' },
        { line: 'atlas tokens list', does: 'see when it was used' },
      ],
    }
  },
})
