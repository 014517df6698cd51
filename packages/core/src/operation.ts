import type { BudgetOverride } from './cost/budget.ts'
import type { Plan } from './plan/types.ts'
import type { Work } from './plan/work.ts'

export type OperationStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
export type StepStatus = 'pending' | 'running' | 'done' | 'failed' | 'skipped'

/** The request that asked for something, so that what is told of it later can be held together with that. */
export interface Origin {
  /** Its `x-request-id`. */
  requestId: string
  /** Its place in a distributed trace (https://www.w3.org/TR/trace-context), where it has one. */
  traceparent?: string
}

/** The trace that it belongs to: 32 hexadecimal digits. */
export const traceIdOf = (origin: Origin | undefined): string | undefined => origin?.traceparent?.split('-')[1]

/** An operation as everybody outside the journal sees it. Times are ISO 8601. */
export interface Operation {
  id: string
  workspace: string
  infrastructure: string
  kind: Plan['kind']
  planHash: string
  status: OperationStatus
  /** Of a deploy that is planned anew when its turn comes; `operation` has to be over first, null where its turn is now. */
  waitsFor: { operation: string | null; position: number } | null
  cancelRequested: boolean
  totalSteps: number
  completedSteps: number
  /** Such as `Creating database: app-database`; `null` when nothing runs. */
  currentStep: string | null
  createdResources: string[]
  /** USD a month, of the steps done so far. */
  costChange: number
  error: { code: string; message: string; hint?: string; step?: number } | null
  /** `null`: no budget blocked it. */
  budgetOverride: BudgetOverride | null
  /** `undefined`: it was not asked for through the API. */
  origin: Origin | undefined
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

/** Where an operation stands in the list: when it was made, to the microsecond, and its id. */
export type OperationPlace = [at: string, id: string]

export interface OperationStep {
  n: number
  action: Plan['steps'][number]['action'] | Work['action']
  resource: string
  type: string
  /** A deletion of what the cloud had no more when it was planned: it forgets, and deletes nothing. */
  gone: boolean
  status: StepStatus
  attempt: number
  startedAt: string | null
  finishedAt: string | null
  error: string | null
}
