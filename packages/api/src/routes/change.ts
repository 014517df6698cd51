import type { Plan } from '@atlas/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Control, PlanRequest } from '../control.ts'
import { refuseLostUpdate, revisionsMeant } from '../etag.ts'
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
  request: FastifyRequest,
  reply: FastifyReply,
  what: Change,
  { previewOnly, plan_hash, consent }: Approval & { previewOnly: boolean },
): Promise<{ plan: Plan } | { operation: z.infer<typeof operationJson> }> {
  const { workspace, actor } = request.caller
  const wish = { workspace, ...what } as PlanRequest
  const revisions = revisionsMeant(request)
  if (previewOnly) {
    const plan = await control.plan(wish)
    refuseLostUpdate(plan, revisions)
    return { plan }
  }
  const planHash = plan_hash ?? (await control.plan(wish)).hash
  const approved = { planHash, consent, by: actor, ...(revisions && { revisions }) }
  if (request.audited) request.audited.planHash = planHash
  const operation = await control.submit({ ...wish, ...approved })
  if (request.audited) request.audited.operation = operation.id
  reply.code(202).header('location', `/api/v1/operations/${encodeURIComponent(operation.id)}`)
  return { operation: operationToJson(operation) }
}
