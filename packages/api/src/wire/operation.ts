import { type Operation, type OperationStep, traceIdOf, workActions } from '@atlas/core'
import { z } from 'zod'

export const operationJson = z
  .object({
    id: z.string(),
    infrastructure: z.string().describe('Name of the infrastructure that it changes'),
    kind: z.enum(['apply', 'destroy', 'rollback', 'repair', 'import', 'release', 'deploy']),
    plan_hash: z.string(),
    status: z.enum(['queued', 'in_progress', 'succeeded', 'failed', 'cancelled']),
    waits_for: z
      .object({
        operation: z.string().nullable().describe('What has to be over first; null where its turn is now'),
        position: z.number().describe('1: it is the next'),
      })
      .nullable()
      .describe('Of a deploy whose environment is busy: it is planned anew when its turn comes; null of all others'),
    cancel_requested: z.boolean(),
    total_steps: z.number(),
    completed_steps: z.number(),
    current_step: z.string().nullable().describe('Such as `Creating database: app-database`; null when nothing runs'),
    created_resources: z.array(z.string()),
    cost_change: z.number().describe('USD a month, of the steps done so far'),
    error: z
      .object({ code: z.string(), message: z.string(), hint: z.string().optional(), step: z.number().optional() })
      .nullable(),
    budget_override: z
      .object({ by: z.string(), reason: z.string(), budgets: z.array(z.string()) })
      .nullable()
      .describe('An admin had it carried out although these budgets blocked it; null where none did'),
    request_id: z.string().nullable().describe('`x-request-id` of the request that asked for it'),
    trace_id: z.string().nullable().describe('The distributed trace that this request belongs to'),
    created_at: z.string(),
    started_at: z.string().nullable(),
    finished_at: z.string().nullable(),
  })
  .meta({ id: 'Operation' })

export type OperationJson = z.infer<typeof operationJson>

export const operationToJson = (operation: Operation): OperationJson => ({
  id: operation.id,
  infrastructure: operation.infrastructure,
  kind: operation.kind,
  plan_hash: operation.planHash,
  status: operation.status === 'running' ? 'in_progress' : operation.status,
  waits_for: operation.waitsFor,
  cancel_requested: operation.cancelRequested,
  total_steps: operation.totalSteps,
  completed_steps: operation.completedSteps,
  current_step: operation.currentStep,
  created_resources: operation.createdResources,
  cost_change: operation.costChange,
  error: operation.error,
  budget_override: operation.budgetOverride,
  request_id: operation.origin?.requestId ?? null,
  trace_id: traceIdOf(operation.origin) ?? null,
  created_at: operation.createdAt,
  started_at: operation.startedAt,
  finished_at: operation.finishedAt,
})

export const stepJson = z
  .object({
    n: z.number().describe('Index in the plan'),
    action: z.enum(['create', 'update', 'delete', 'adopt', 'release', ...workActions]),
    resource: z.string(),
    type: z.string(),
    gone: z
      .boolean()
      .describe('A deletion of what the cloud had no more when it was planned: it forgets, and deletes nothing'),
    status: z.enum(['pending', 'running', 'done', 'failed', 'skipped']),
    attempt: z.number(),
    started_at: z.string().nullable(),
    finished_at: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Step' })

export type StepJson = z.infer<typeof stepJson>

export const stepToJson = ({ startedAt, finishedAt, ...step }: OperationStep): StepJson => ({
  ...step,
  started_at: startedAt,
  finished_at: finishedAt,
})
