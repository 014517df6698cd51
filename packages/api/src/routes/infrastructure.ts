import type { JsonObject } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { describedChange, describedUpdate } from '../wire/description.ts'
import { approval, optionalApproval, planQuery } from '../wire/plan.ts'
import { change, changeAnswers } from './change.ts'
import { namedAs } from './name.ts'

const byId = z.object({ id: z.string().describe('Id or name') })
/** A DELETE has no body worth relying on (RFC 9110, 9.3.5): the approval is in the query. */
const destroyQuery = planQuery.extend({
  plan_hash: approval.shape.plan_hash,
  override_budget: approval.shape.override_budget,
  consent: z.preprocess((value) => (typeof value === 'string' ? [value] : value), approval.shape.consent),
})

export const infrastructureRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.post(
    '/infrastructure',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'createInfrastructure',
        summary: 'Carries a description out',
        description:
          'With `?plan=true` it answers with the plan and changes nothing. With `plan_hash` exactly the plan of that hash is carried out, and refused as `plan_stale` where the world has changed since. Loss of data needs the names of the resources in `consent`.',
        tags: ['infrastructure'],
        querystring: planQuery,
        body: describedChange,
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const { plan_hash, consent, override_budget, ...description } = request.body
      const what = { kind: 'apply', description: description as JsonObject } as const
      return change(control, request, reply, what, { plan_hash, consent, override_budget, ...request.query })
    },
  )

  app.put(
    '/infrastructure/:id',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'updateInfrastructure',
        summary: 'Carries a changed description out; the name stays',
        description:
          'As the creation, for what exists: plan, hash and consent are the same. `If-Match` with the ETag of the infrastructure refuses an update that others have overtaken.',
        tags: ['infrastructure'],
        params: byId,
        querystring: planQuery,
        body: describedUpdate,
        response: changeAnswers,
      },
    },
    async (request, reply) => {
      const { plan_hash, consent, override_budget, ...given } = request.body
      const name = await control.nameOf(request.caller.workspace, request.params.id)
      const description = namedAs(name, given as JsonObject)
      const approved = { plan_hash, consent, override_budget, ...request.query }
      return change(control, request, reply, { kind: 'apply', description }, approved)
    },
  )

  app.delete(
    '/infrastructure/:id',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'destroyInfrastructure',
        summary: 'Destroys it',
        description:
          'With `?plan=true` it answers with what would be deleted. The approval is in the query, because a DELETE has no body to rely on.',
        tags: ['infrastructure'],
        params: byId,
        querystring: destroyQuery,
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const what = { kind: 'destroy', infrastructure: request.params.id } as const
      return change(control, request, reply, what, request.query)
    },
  )

  app.post(
    '/infrastructure/:id/repair',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'repairInfrastructure',
        summary: 'Brings it back to its description',
        description:
          'Looks at the cloud, and undoes what somebody else changed or removed. With `?plan=true` it is the report of that drift.',
        tags: ['infrastructure'],
        params: byId,
        querystring: planQuery,
        body: optionalApproval,
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const what = { kind: 'repair', infrastructure: request.params.id } as const
      return change(control, request, reply, what, { ...request.body, ...request.query })
    },
  )
}
