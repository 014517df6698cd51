import type { Plan } from './plan/types.ts'

export type OperationStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
export type StepStatus = 'pending' | 'running' | 'done' | 'failed' | 'skipped'

/** An operation as everybody outside the journal sees it. Times are ISO 8601. */
export interface Operation {
  id: string
  workspace: string
  infrastructure: string
  kind: Plan['kind']
  planHash: string
  status: OperationStatus
  cancelRequested: boolean
  totalSteps: number
  completedSteps: number
  /** Such as `Creating database: app-database`; `null` when nothing runs. */
  currentStep: string | null
  createdResources: string[]
  /** USD a month, of the steps done so far. */
  costChange: number
  error: { code: string; message: string; hint?: string; step?: number } | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

export interface OperationStep {
  n: number
  action: Plan['steps'][number]['action']
  resource: string
  type: string
  status: StepStatus
  attempt: number
  startedAt: string | null
  finishedAt: string | null
  error: string | null
}
