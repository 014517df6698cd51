import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control, OperationFilter } from '../control.ts'
import { operationJson, operationToJson, stepJson, stepToJson } from '../wire/operation.ts'
import { cursorsOf, nextCursor, pageQuery } from '../wire/page.ts'
import { optionalApproval, planQuery } from '../wire/plan.ts'
import { change, changeAnswers } from './change.ts'

const byId = z.object({ id: z.string() })
const listQuery = pageQuery.extend({
  infrastructure: z.string().optional().describe('Only those of this infrastructure, by name or id'),
  status: operationJson.shape.status.optional(),
  kind: operationJson.shape.kind.optional(),
})
const cursors = cursorsOf('operations', z.tuple([z.iso.datetime({ offset: true }), z.uuid()]))

export const operationRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  const all = z.object({ operations: z.array(operationJson), next_cursor: nextCursor })
  app.get(
    '/operations',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listOperations',
        summary: 'Newest first, in pages',
        description: '`next_cursor` of a page, sent as `cursor`, brings the next one.',
        tags: ['operations'],
        querystring: listQuery,
        response: { 200: all },
      },
    },
    async ({ caller, query: { cursor, status, ...rest } }) => {
      const { operations, next } = await control.operations(caller.workspace, {
        ...rest,
        ...(status && { status: status === 'in_progress' ? 'running' : status }),
        ...(cursor !== undefined && { after: cursors.placeOf(cursor) }),
      } as OperationFilter)
      return {
        operations: operations.map(operationToJson),
        ...(next && cursors.next(next)),
      }
    },
  )

  const one = z.object({ operation: operationJson })
  app.get(
    '/operations/:id',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getOperation',
        summary: 'Status, steps done, cost change',
        description: '`completed_steps`, `current_step`, `created_resources` and `cost_change` are live.',
        tags: ['operations'],
        params: byId,
        response: { 200: one },
      },
    },
    async (request) => ({
      operation: operationToJson(await control.operation(request.caller.workspace, request.params.id)),
    }),
  )

  const steps = z.object({ steps: z.array(stepJson) })
  app.get(
    '/operations/:id/steps',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listSteps',
        summary: 'Each step with its attempts and errors',
        description: 'In the order of the plan. `attempt` counts from 1; an error that was tried again is kept here.',
        tags: ['operations'],
        params: byId,
        response: { 200: steps },
      },
    },
    async (request) => ({
      steps: (await control.steps(request.caller.workspace, request.params.id)).map(stepToJson),
    }),
  )

  // 202: a worker first settles the calls under way.
  app.post(
    '/operations/:id/cancel',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'cancelOperation',
        summary: 'Stops it after the calls under way',
        description:
          'Answers at once; the calls under way are settled first, and what is done stays until it is rolled back. One that has ended stays as it is. An agent cancels what it has asked for itself.',
        tags: ['operations'],
        params: byId,
        response: { 202: one },
      },
    },
    async ({ caller, params }, reply) =>
      reply
        .code(202)
        .send({ operation: operationToJson(await control.cancel(caller.workspace, params.id, caller.actor)) }),
  )

  app.post(
    '/operations/:id/rollback',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'rollbackOperation',
        summary: 'Undoes it, as an operation of its own',
        description:
          'Plans the way back to what was there before, and carries it out. With `?plan=true` it answers with that plan.',
        tags: ['operations'],
        params: byId,
        querystring: planQuery,
        body: optionalApproval,
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const what = { kind: 'rollback', operation: request.params.id } as const
      return change(control, request, reply, what, { ...request.body, ...request.query })
    },
  )
}
