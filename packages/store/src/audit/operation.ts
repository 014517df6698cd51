import type { AuditEntry, BudgetOverride, Plan } from '@atlas/core'
import type { Finish } from '@atlas/engine'

/** The reason stands here for as long as the audit does; events go after a while. */
export const overrode = (
  operation: string,
  plan: Plan,
  actor: AuditEntry['actor'],
  { budgets, reason }: BudgetOverride,
): AuditEntry => ({
  kind: 'overrode',
  workspace: plan.workspace,
  actor,
  action: `budget ${budgets.join(', ')}`,
  object: reason,
  planHash: plan.hash,
  operation,
})

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
