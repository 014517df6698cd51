import type { Json } from './json.ts'
import type { Origin } from './operation.ts'

/** What happened, in the order of `id`. Written in the same transaction as the change it tells of. */
export interface AtlasEvent {
  /** Grows by one or more; a gap means nothing, the order everything. */
  id: number
  type: EventType
  /** ISO 8601 time of the database. */
  time: string
  workspace: string
  /** Its name; null where the event is about the workspace itself. */
  infrastructure: string | null
  operation: string | null
  /** Index of the step, where it is about one. */
  step: number | null
  data: Json
  /** The request that asked for the operation, where it is known. */
  origin?: Origin
}

export const eventTypes = [
  'infrastructure.created',
  'infrastructure.updated',
  'infrastructure.destroyed',
  'infrastructure.released',
  'deployment.started',
  'deployment.completed',
  'deployment.failed',
  'operation.waiting',
  'operation.queued',
  'operation.cancelled',
  'operation.taken_over',
  'step.started',
  'step.waiting',
  'step.retrying',
  'step.settling',
  'step.adopted',
  'step.done',
  'step.failed',
  'step.skipped',
  'resource.imported',
  'resource.released',
  'resource.swept',
  'resource.quarantined',
  'drift.detected',
  'drift.cleared',
  'secret.set',
  'secret.rotated',
  'secret.unset',
  'target.ejected',
  'target.failing',
  'target.restored',
  'certificate.issued',
  'certificate.failed',
  'server.heartbeat',
  'webhook.disabled',
  'webhook.test',
  'plan.approval_requested',
  'plan.approved',
  'plan.rejected',
  'budget.warned',
  'budget.exceeded',
  'budget.blocked',
  'budget.overridden',
] as const

export type EventType = (typeof eventTypes)[number]
