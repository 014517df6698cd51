import type { Plan } from './types.ts'

/**
 * Whose plans a second person has to approve, in a workspace: those of agents alone; besides those, everybody's that
 * delete something or lose data; or all. Agents are never left out.
 */
export const approvalPolicies = ['agents', 'destructive', 'always'] as const

export type ApprovalPolicy = (typeof approvalPolicies)[number]

/** Why somebody else has to approve a plan before this caller may have it carried out; `undefined` where nobody has to. */
export function whyApproval(
  plan: Pick<Plan, 'steps' | 'consentNeeded'>,
  policy: ApprovalPolicy,
  by: { kind: string },
): string | undefined {
  if (by.kind === 'agent') return 'an agent asks for it'
  if (policy === 'always') return 'the workspace has every plan approved'
  if (policy === 'destructive' && destroys(plan)) return 'it deletes something, and the workspace has that approved'
  return undefined
}

/** What the cloud has lost already is only forgotten. */
const destroys = ({ steps, consentNeeded }: Pick<Plan, 'steps' | 'consentNeeded'>) =>
  consentNeeded.length > 0 || steps.some(({ action, gone }) => action === 'delete' && gone !== true)
