import type { Operation, Origin, Plan } from '@atlas/core'
import type { Actor } from '../caller.ts'
import type { PlanRequest } from '../control.ts'

/** Plans that are kept for a day, to be looked at and approved by somebody else, and applied by their hash. */
export interface Plans {
  /** Keeps a plan with what was asked for. */
  keep(plan: Plan, request: PlanRequest, by: Actor): Promise<StoredPlan>
  /** The latest first. */
  list(workspace: string, filter: StoredPlanFilter): Promise<{ plans: StoredPlanSummary[]; next?: PlanPlace }>
  /** @throws AtlasError `not_found`, also for one that has expired */
  get(workspace: string, hash: string): Promise<StoredPlan>
  /**
   * Approves or rejects it; the last word counts until the plan is carried out.
   * @throws AtlasError `not_found`; `forbidden` for an agent, and for who asked; `consent_required`
   */
  decide(workspace: string, hash: string, decision: Decision): Promise<StoredPlan>
  /**
   * Plans once more what was asked for, and carries it out where that is the same plan still.
   * @throws AtlasError `plan_stale` saying what is different and who changed it; `not_found`, `consent_required`;
   * `approval_required` where somebody else has to approve it: they are asked by that
   */
  apply(workspace: string, hash: string, approval: PlanApproval): Promise<Operation>
}

export interface PlanApproval {
  consent: readonly string[]
  by: Actor
  /** Refused as `precondition_failed` where the infrastructure is at none of these. */
  revisions?: readonly number[]
  /** Why an admin has it carried out although a budget blocks it. */
  overrideBudget?: string
  /** The same key never makes two operations. */
  idempotencyKey?: string
  /** The operation keeps it, and its events tell it. */
  origin?: Origin
}

export interface Decision {
  status: 'approved' | 'rejected'
  by: Actor
  /** Resources whose data may be lost. */
  consent: readonly string[]
  reason: string | undefined
}

interface Kept {
  madeBy: string
  madeAt: string
  expiresAt: string
  /** `null`: nobody has asked for one, and nobody has given one. */
  approval: ApprovalView | null
}

export interface StoredPlan extends Kept {
  plan: Plan
}

/** A plan that is kept, without its steps. */
export interface StoredPlanSummary extends Kept, Pick<Plan, 'hash' | 'infrastructure' | 'kind' | 'consentNeeded'> {
  steps: number
  /** USD a month. */
  monthlyChange: number
}

/** Names of who asked and who decided; times are ISO 8601. */
export interface ApprovalView {
  status: 'pending' | 'approved' | 'rejected'
  askedBy: string | null
  askedAt: string | null
  decidedBy: string | null
  decidedAt: string | null
  reason: string | null
  consent: readonly string[]
}

/** When it was made, to the microsecond, and its hash. */
export type PlanPlace = [at: string, hash: string]

export interface StoredPlanFilter {
  approval?: ApprovalView['status']
  limit: number
  after?: PlanPlace
}
