import { bodyOf, type Client } from '@atlas/client'

/** One whose client was killed ends by itself. */
const daysOfLife = 30

/**
 * Nobody means an agent to have the rights of an admin, such as those of the server on this folder: what may make tokens
 * makes one for the agent, for as long as it runs. Any other token is used as it is.
 */
export async function agentToken({ api }: Client): Promise<{ secret: string; revoke(): Promise<void> } | undefined> {
  const { caller } = await bodyOf(api.GET('/api/v1/whoami'))
  if (caller.role !== 'admin') return undefined
  const body = {
    name: 'atlas mcp',
    role: 'operator' as const,
    approval: 'required' as const,
    expires_at: new Date(Date.now() + daysOfLife * 86_400_000).toISOString(),
  }
  const { secret, token } = await bodyOf(api.POST('/api/v1/tokens', { body }))
  return {
    secret,
    // A server that is gone by now lets nobody in by it either, until it expires.
    revoke: async () =>
      void (await api.DELETE('/api/v1/tokens/{id}', { params: { path: { id: token.id } } }).catch(() => undefined)),
  }
}
