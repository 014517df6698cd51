import type { Plan } from '@atlas/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Control, PlanRequest } from '../control.ts'
import { operationJson, operationToJson } from '../wire/operation.ts'
import { type Approval, planAnswer } from '../wire/plan.ts'

/** What the four changing routes answer: the plan on `?plan=true`, else the operation that carries it out. */
export const changeAnswers = { 200: planAnswer, 202: z.object({ operation: operationJson }) }

/** What is to be changed, without the workspace, which the caller has. */
type Change = PlanRequest extends infer Request
  ? Request extends PlanRequest
    ? Omit<Request, 'workspace'>
    : never
  : never

/**
 * The one way in for everything that changes the world. Without a hash the caller trusts whatever the plan says now;
 * loss of data still needs consent.
 */
export async function change(
  control: Control,
  { caller }: FastifyRequest,
  reply: FastifyReply,
  what: Change,
  { previewOnly, plan_hash, consent }: Approval & { previewOnly: boolean },
): Promise<{ plan: Plan } | { operation: z.infer<typeof operationJson> }> {
  const request = { workspace: caller.workspace, ...what } as PlanRequest
  if (previewOnly) return { plan: await control.plan(request) }
  const planHash = plan_hash ?? (await control.plan(request)).hash
  const operation = await control.submit({ ...request, planHash, consent, by: caller.actor })
  reply.code(202).header('location', `/api/v1/operations/${encodeURIComponent(operation.id)}`)
  return { operation: operationToJson(operation) }
}
