import type { BudgetOverride, JsonObject, Plan, Work } from '@atlas/core'
import type { StepError } from '@atlas/engine'
import type { Generated, JSONColumnType } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface OperationsTables {
  operation: OperationTable
  plan: PlanTable
  step: StepTable
  claim: ClaimTable
}

interface OperationTable {
  id: string
  infrastructure_id: string
  /** Of a deploy. */
  environment_id: string | null
  workspace: string
  infrastructure: string
  owner: string
  account: string
  kind: Plan['kind']
  undoes: string | null
  plan_hash: string
  idempotency_key: string | null
  request_id: string | null
  traceparent: string | null
  budget_override: JSONColumnType<BudgetOverride> | null
  /** `waiting`: a deploy that will be planned when its turn comes; to everybody outside it is queued. */
  status: Generated<'waiting' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'>
  cancel_requested: Generated<boolean>
  epoch: Generated<number>
  worker: number | null
  error: JSONColumnType<StepError & { step?: number }> | null
  created_at: Time
  started_at: TimeOrNull
  finished_at: TimeOrNull
}

interface PlanTable {
  operation: string
  body: JSONColumnType<Plan>
  /** What the infrastructure was before: what a rollback goes back to. */
  description_before: JSONColumnType<JsonObject> | null
}

interface StepTable {
  operation: string
  n: number
  action: Plan['steps'][number]['action'] | Work['action']
  resource: string
  type: Plan['steps'][number]['type'] | Work['type']
  identity: string
  monthly: number | null
  status: Generated<'pending' | 'running' | 'done' | 'failed' | 'skipped'>
  attempt: Generated<number>
  tokens: Generated<string[]>
  before: string[] | null
  cloud_id: string | null
  physical_id: string | null
  error: JSONColumnType<StepError> | null
  /** Of a step of a deploy: what later ones go by. */
  told: JSONColumnType<JsonObject> | null
  started_at: TimeOrNull
  finished_at: TimeOrNull
}

interface ClaimTable {
  account: string
  type: Plan['steps'][number]['type']
  physical_id: string
  cloud_id: string
  identity: string
  owner: string
  operation: string
  step: number
  verdict: 'owned' | 'doomed' | 'deleted' | 'released'
  at: Time
}
