import { type Approval, bodyOf, type Client, items, type Operation, type Planned, type StoredPlan } from '@atlas/client'
import { AtlasError } from '@atlas/core/errors'

/** A plan that is kept on the server, as the commands show plans, and what was said to it. */
export async function keptPlan(
  { api }: Client,
  typed: string,
): Promise<{ plan: Planned; approval: StoredPlan['approval'] }> {
  const hash = await wholeHash({ api }, typed)
  const { plan, gate, approval } = await bodyOf(api.GET('/api/v1/plans/{hash}', { params: { path: { hash } } }))
  return { plan: { ...(plan as Omit<Planned, 'gate'>), gate }, approval }
}

/** Carries it out; where somebody has to approve it, this asks them. @throws AtlasError `approval_required`, `plan_stale` */
export async function startKept(
  { api }: Client,
  hash: string,
  { consent = [], overrideBudget }: Approval,
): Promise<Operation> {
  const body = { consent: [...consent], ...(overrideBudget !== undefined && { override_budget: overrideBudget }) }
  return (await bodyOf(api.POST('/api/v1/plans/{hash}/apply', { params: { path: { hash } }, body }))).operation
}

/**
 * The hash of the kept plan that begins so: eight digits are enough where only one does.
 * @throws AtlasError `usage` where several do, or where it is no hash; `not_found`
 */
export async function wholeHash({ api }: Pick<Client, 'api'>, typed: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(typed)) return typed
  if (!/^[0-9a-f]{8,63}$/.test(typed))
    throw new AtlasError('usage', `${typed} is no hash of a plan: expected its 64 hexadecimal digits, or the first 8`, {
      hint: 'atlas plans',
    })
  const page = (cursor?: string) =>
    bodyOf(api.GET('/api/v1/plans', { params: { query: cursor === undefined ? {} : { cursor } } }))
  const kept = await Array.fromAsync(items(page, (one) => one.plans))
  const [first, ...others] = kept.map(({ hash }) => hash).filter((hash) => hash.startsWith(typed))
  if (!first) throw new AtlasError('not_found', `No plan is kept whose hash begins ${typed}`, { hint: 'atlas plans' })
  if (others.length === 0) return first
  throw new AtlasError('usage', `${others.length + 1} plans begin ${typed}: ${[first, ...others].join(', ')}`, {
    hint: 'type more of it',
  })
}
