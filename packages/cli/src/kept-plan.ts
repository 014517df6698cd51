import { bodyOf, type Client, type Planned, type StoredPlan } from '@atlas/client'

/** A plan that is kept on the server, as the commands show plans, and what was said to it. */
export async function keptPlan(
  { api }: Client,
  hash: string,
): Promise<{ plan: Planned; approval: StoredPlan['approval'] }> {
  const { plan, gate, approval } = await bodyOf(api.GET('/api/v1/plans/{hash}', { params: { path: { hash } } }))
  return { plan: { ...(plan as Omit<Planned, 'gate'>), gate }, approval }
}
