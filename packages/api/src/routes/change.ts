import { AtlasError, type Operation, type Plan } from '@atlas/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Caller, may } from '../caller.ts'
import type { Control, PlanRequest } from '../control.ts'
import { originOf } from '../edge/origin.ts'
import { refuseLostUpdate, revisionsMeant } from '../etag.ts'
import { type GateJson, gateToJson } from '../wire/budget.ts'
import { operationJson, operationToJson } from '../wire/operation.ts'
import { type Approval, planAnswer, type planQuery } from '../wire/plan.ts'

/** What the four changing routes answer: the plan on `?plan=true`, else the operation that carries it out. */
export const changeAnswers = { 200: planAnswer, 202: z.object({ operation: operationJson }) }

/** What is to be changed, without the workspace, which the caller has. */
type Change = PlanRequest extends infer Request
  ? Request extends PlanRequest
    ? Omit<Request, 'workspace'>
    : never
  : never

/** The one way in for everything that changes the world. */
export async function change(
  control: Control,
  request: FastifyRequest,
  reply: FastifyReply,
  what: Change,
  { plan: previewOnly, store, ...approval }: Approval & z.infer<typeof planQuery>,
): Promise<{ plan: Plan; gate: GateJson } | { operation: z.infer<typeof operationJson> }> {
  const wish = { workspace: request.caller.workspace, ...what } as PlanRequest
  if (!previewOnly) return carryOut(control, request, reply, wish, approval)
  return preview(control, request, reply, { wish, plan: await control.plan(wish), store })
}

/** The answer of whatever only plans; with `store` the plan is kept for a day. */
export async function preview(
  control: Control,
  request: FastifyRequest,
  reply: FastifyReply,
  { wish, plan, store }: { wish: PlanRequest; plan: Plan; store: boolean },
): Promise<{ plan: Plan; gate: GateJson }> {
  refuseLostUpdate(plan, revisionsMeant(request))
  if (store) {
    await control.plans.keep(plan, wish, request.caller.actor)
    reply.header('location', `/api/v1/plans/${plan.hash}`)
  }
  return { plan, gate: gateToJson(await control.budgets.gate(plan), request.caller) }
}

/** Without a hash the caller trusts whatever the plan says now; loss of data still needs consent. */
export async function carryOut(
  control: Control,
  request: FastifyRequest,
  reply: FastifyReply,
  wish: PlanRequest,
  { plan_hash, consent, override_budget }: Approval,
) {
  const { caller, keyed } = request
  const earlier = keyed?.again ? await control.submittedBy(caller.workspace, keyed.id) : undefined
  if (earlier) return started(request, reply, earlier)
  const revisions = revisionsMeant(request)
  const planHash = plan_hash ?? (wish.kind === 'deploy' ? undefined : (await control.plan(wish)).hash)
  const override = overrideBy(caller, override_budget)
  const approved = {
    ...(planHash !== undefined && { planHash }),
    consent,
    by: caller.actor,
    ...override,
    origin: originOf(request),
    ...(revisions && { revisions }),
  }
  const key = keyed && { idempotencyKey: keyed.id }
  if (request.audited && planHash !== undefined) request.audited.planHash = planHash
  const operation = await control.submit({ ...wish, ...approved, ...key })
  if (request.audited) request.audited.planHash = operation.planHash
  return started(request, reply, operation)
}

/** @throws AtlasError `forbidden`: a limit that everybody may pass is none; `usage` for no reason */
export function overrideBy(caller: Caller, reason: string | undefined): { overrideBudget?: string } {
  if (reason === undefined) return {}
  if (reason === '')
    throw new AtlasError('usage', 'override_budget is only spaces, expected why the budget is passed.', {
      hint: 'it is kept in the audit',
    })
  if (may(caller, 'admin')) return { overrideBudget: reason }
  throw new AtlasError('forbidden', `Only admins pass a budget’s limit; ${caller.actor.name} is ${caller.role}.`, {
    hint: 'leave override_budget out, or have an admin carry the plan out: atlas apply <hash> --override-budget <reason>',
  })
}

/** The answer of whatever made an operation. */
export function started({ audited }: FastifyRequest, reply: FastifyReply, operation: Operation) {
  if (audited) audited.operation = operation.id
  reply.code(202).header('location', `/api/v1/operations/${encodeURIComponent(operation.id)}`)
  return { operation: operationToJson(operation) }
}
