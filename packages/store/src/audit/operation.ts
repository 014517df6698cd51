import type { AuditEntry, Plan } from '@atlas/core'
import type { Finish } from '@atlas/engine'

/** Who started it stands in the records of the request, which name the same operation. */
export const operationEnded = (operation: string, plan: Plan, { status, error }: Finish): AuditEntry => ({
  kind: 'ended',
  workspace: plan.workspace,
  actor: { kind: 'system', id: 'atlas', name: 'Atlas' },
  action: `operation ${plan.kind}`,
  object: plan.infrastructure,
  planHash: plan.hash,
  operation,
  result: { status, code: error?.code },
})
