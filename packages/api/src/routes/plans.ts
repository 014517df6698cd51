import { AtlasError, type JsonObject } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control, PlanRequest } from '../control.ts'
import { originOf } from '../edge/origin.ts'
import { refuseLostUpdate, revisionsMeant } from '../etag.ts'
import { operationJson } from '../wire/operation.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'
import {
  optionalConsent,
  storedPlanJson,
  storedPlanSummaryJson,
  storedPlanSummaryToJson,
  storedPlanToJson,
} from '../wire/plan.ts'
import { approvalRoutes } from './approvals.ts'
import { overrideBy, started } from './change.ts'
import { namedAs } from './name.ts'

const byId = z.object({ id: z.string().describe('Id or name') })
const byHash = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/, 'is no hash of a plan') })
const cursors = cursorsOf('plans', z.tuple([z.iso.datetime({ offset: true }), z.string()]))
const listQuery = pageQuery.extend({
  approval: z
    .enum(['pending', 'approved', 'rejected'])
    .optional()
    .describe('Only those: `pending`, what waits for a person'),
})

const wanted = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('apply'), description: z.looseObject({}).describe('The name may be left out') }),
    z.object({ kind: z.literal('destroy') }),
    z.object({ kind: z.literal('repair') }),
    z.object({ kind: z.literal('rollback'), operation: z.string().describe('Of this infrastructure') }),
  ])
  .meta({ id: 'PlanRequest', examples: [{ kind: 'destroy' }] })

export const planRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.post(
    '/infrastructure/:id/plan',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'makePlan',
        summary: 'Plans a change and keeps the plan for a day, to be applied by its hash',
        description:
          'Changes nothing. `Location` says where the plan is kept. `POST /api/v1/plans/{hash}/apply` carries it out, also for somebody else.',
        tags: ['plans'],
        params: byId,
        body: wanted,
        response: { 201: storedPlanJson },
      },
    },
    async (request, reply) => {
      const { workspace, actor } = request.caller
      const name = await control.nameOf(workspace, request.params.id)
      const wish = await wishFor(control, workspace, name, request.body)
      const plan = await control.plan(wish)
      refuseLostUpdate(plan, revisionsMeant(request))
      const kept = await control.plans.keep(plan, wish, actor)
      reply.code(201).header('location', `/api/v1/plans/${plan.hash}`)
      return storedPlanToJson(kept, await control.budgets.gate(plan), request.caller)
    },
  )

  const all = z.object({ plans: z.array(storedPlanSummaryJson), next_cursor: nextCursor })
  app.get(
    '/plans',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listPlans',
        summary: 'Plans that are kept, the latest first',
        description: 'In pages, without their steps. `approval=pending` are those that wait for a person.',
        tags: ['plans'],
        querystring: listQuery,
        response: { 200: all },
      },
    },
    async ({ caller, query: { limit, cursor, approval } }) => {
      const { plans, next } = await control.plans.list(caller.workspace, {
        limit,
        ...(approval && { approval }),
        ...(cursor !== undefined && { after: cursors.placeOf(cursor) }),
      })
      return { plans: plans.map(storedPlanSummaryToJson), ...(next && cursors.next(next)) }
    },
  )

  app.get(
    '/plans/:hash',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getPlan',
        summary: 'A plan that was kept',
        description: 'The plan as it was made, with what the budgets say to it now. After a day it is not found.',
        tags: ['plans'],
        params: byHash,
        response: { 200: storedPlanJson },
      },
    },
    async ({ caller, params }) => {
      const found = await control.plans.get(caller.workspace, params.hash)
      return storedPlanToJson(found, await control.budgets.gate(found.plan), caller)
    },
  )

  app.post(
    '/plans/:hash/apply',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'applyPlan',
        summary: 'Carries out a plan that was kept; refused where it would be another by now, saying what is different',
        description:
          'What was asked for is planned once more. The same hash is carried out; another is refused as `plan_stale`, and `problems` says what is different and which operations have changed the infrastructure since. Where somebody else has to approve the plan, this asks them for it (`approval_required`); sent again once they have, it carries the plan out, with the consent that they gave.',
        tags: ['plans'],
        params: byHash,
        body: optionalConsent,
        response: { 202: z.object({ operation: operationJson }) },
      },
    },
    async (request, reply) => {
      const { workspace, actor } = request.caller
      const { keyed } = request
      const earlier = keyed?.again ? await control.submittedBy(workspace, keyed.id) : undefined
      if (earlier) return started(request, reply, earlier)
      const revisions = revisionsMeant(request)
      const approval = {
        consent: request.body.consent,
        by: actor,
        ...overrideBy(request.caller, request.body.override_budget),
        origin: originOf(request),
        ...(revisions && { revisions }),
        ...(keyed && { idempotencyKey: keyed.id }),
      }
      if (request.audited) request.audited.planHash = request.params.hash
      return started(request, reply, await control.plans.apply(workspace, request.params.hash, approval))
    },
  )

  await app.register(approvalRoutes, { control })
}

async function wishFor(
  control: Control,
  workspace: string,
  name: string,
  body: z.infer<typeof wanted>,
): Promise<PlanRequest> {
  if (body.kind === 'apply')
    return { workspace, kind: 'apply', description: namedAs(name, body.description as JsonObject) }
  if (body.kind !== 'rollback') return { workspace, kind: body.kind, infrastructure: name }
  const { id, infrastructure } = await control.operation(workspace, body.operation)
  if (infrastructure === name) return { workspace, kind: 'rollback', operation: id }
  throw new AtlasError('not_found', `Operation ${id} changed ${infrastructure}, not ${name}.`, {
    hint: `GET /api/v1/operations?infrastructure=${name} lists those of ${name}`,
  })
}
