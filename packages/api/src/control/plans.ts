import type { Operation, Origin, Plan } from '@atlas/core'
import type { Actor } from '../caller.ts'
import type { PlanRequest } from '../control.ts'

/** Plans that are kept for a day, to be looked at by somebody else and applied by their hash. */
export interface Plans {
  /** Plans, and keeps the plan with what was asked for. */
  make(request: PlanRequest & { by: Actor }): Promise<StoredPlan>
  /** @throws AtlasError `not_found`, also for one that has expired */
  get(workspace: string, hash: string): Promise<StoredPlan>
  /**
   * Plans once more what was asked for, and carries it out where that is the same plan still.
   * @throws AtlasError `plan_stale` saying what is different and who changed it; `not_found`, `consent_required`
   */
  apply(workspace: string, hash: string, approval: PlanApproval): Promise<Operation>
}

export interface PlanApproval {
  consent: readonly string[]
  by: Actor
  revisions?: readonly number[]
  idempotencyKey?: string
  origin?: Origin
}

export interface StoredPlan {
  plan: Plan
  madeBy: string
  madeAt: string
  expiresAt: string
}
