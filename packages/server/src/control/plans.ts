import type { Control, PlanRequest, Plans, StoredPlan } from '@atlas/api'
import { AtlasError, changedSince, isAtlasError, type Operation, type Plan, type Problem } from '@atlas/core'
import type { ApprovalRecord, Store, StoredPlanRecord } from '@atlas/store'

export interface PlansParts {
  store: Pick<
    Store,
    'storePlan' | 'storedPlan' | 'plannedRequest' | 'storedPlans' | 'askApproval' | 'decidePlan' | 'operations'
  >
  /** The one way to carry a plan out. */
  submit: Control['submit']
}

export function storedPlans(parts: PlansParts): Plans {
  const { store } = parts
  const get = (workspace: string, hash: string) => store.storedPlan<PlanRequest>(workspace, hash)
  return {
    keep: async (plan, request, by) => shown(await store.storePlan(plan, request, by)),
    get: async (workspace, hash) => shown(await get(workspace, hash)),
    async list(workspace, filter) {
      const { plans, ...more } = await store.storedPlans(workspace, filter)
      return { plans: plans.map((one) => ({ ...one, approval: approvalView(one.approval) })), ...more }
    },
    decide: async (workspace, hash, decision) => shown(await store.decidePlan(workspace, hash, decision)),
    async apply(workspace, hash, approval) {
      const request = await store.plannedRequest<PlanRequest>(workspace, hash)
      try {
        return await parts.submit({ ...request, ...approval, planHash: hash })
      } catch (error) {
        if (!isAtlasError(error, 'approval_required')) throw error
        throw await store.askApproval(workspace, hash, approval.by)
      }
    },
  }
}

const shown = ({ plan, maker, madeAt, expiresAt, approval }: StoredPlanRecord<unknown>): StoredPlan => ({
  plan,
  madeBy: maker.name,
  madeAt,
  expiresAt,
  approval: approvalView(approval),
})

const approvalView = (record: ApprovalRecord | null): StoredPlan['approval'] =>
  record && {
    status: record.status,
    askedBy: record.asker?.name ?? null,
    askedAt: record.askedAt,
    decidedBy: record.decider?.name ?? null,
    decidedAt: record.decidedAt,
    reason: record.reason,
    consent: record.consent,
  }

/** Why the plan of that hash is not what would be done now. Where it was kept, also what is different, and by whom. */
export async function staleness(store: PlansParts['store'], hash: string, now: Plan): Promise<AtlasError> {
  const { workspace, infrastructure } = now
  const before = await store.storedPlan(workspace, hash).catch(() => undefined)
  const since = before ? await doneSince(store, now, before.madeAt) : []
  const applied = since.find((operation) => operation.planHash === hash)
  const problems = before ? [...changedSince(before.plan, now), ...since.map(told)] : []
  return new AtlasError(
    'plan_stale',
    applied
      ? `This plan was carried out already, by operation ${applied.id}.`
      : `What is to be done at ${infrastructure} is not what was looked at.`,
    { problems, hint: problems.length > 0 ? 'plan again' : 'plan again and look at what has changed' },
  )
}

async function doneSince(store: PlansParts['store'], { workspace, infrastructure }: Plan, madeAt: string) {
  const { operations } = await store.operations(workspace, { infrastructure, limit: 20 })
  return operations.filter(({ createdAt }) => createdAt >= madeAt)
}

const told = ({ id, kind, status, createdAt }: Operation): Problem => ({
  where: `operations/${id}`,
  message: `an operation (${kind}, ${status}) has changed it since, at ${createdAt}`,
})
