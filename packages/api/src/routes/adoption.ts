import type { JsonObject } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import {
  accountQuery,
  accountResourceJson,
  accountResourceToJson,
  importBody,
  importPlanJson,
} from '../wire/adoption.ts'
import { driftJson, driftToJson } from '../wire/drift.ts'
import { optionalApproval, planQuery } from '../wire/plan.ts'
import { carryOut, change, changeAnswers, preview } from './change.ts'

const byId = z.object({ id: z.string().describe('Id or name') })

/** What is in the account and was not made by Atlas: seen, made ours, and let go of. */
export const adoptionRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.get(
    '/providers/:provider/resources',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listAccountResources',
        summary: 'What is in the account of a cloud, and could be imported',
        description:
          'Asks the cloud now. What belongs to other workspaces is left out. `suggested` is how an import would describe a resource; `why_not` says what keeps it from being imported.',
        tags: ['providers'],
        params: z.object({ provider: z.string() }),
        querystring: accountQuery,
        response: { 200: z.object({ resources: z.array(accountResourceJson) }) },
      },
    },
    async ({ caller, params, query }) => ({
      resources: (await control.adoption.account(caller.workspace, params.provider, query)).map(accountResourceToJson),
    }),
  )

  app.post(
    '/infrastructure/:id/import',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'importInfrastructure',
        summary:
          'Makes resources of the account part of an infrastructure, or of a new one, and changes nothing of them',
        description:
          'Claims what is named by its type and the id that the cloud gave it; its description is read from the cloud. With `?plan=true` it answers with that description, and with the proof that applying it afterwards would change nothing.',
        tags: ['infrastructure'],
        params: z.object({ id: z.string().describe('Name of the infrastructure') }),
        querystring: planQuery,
        body: importBody,
        response: { ...changeAnswers, 200: importPlanJson },
      },
    },
    async (request, reply) => {
      const { plan_hash, consent, override_budget, ...wish } = request.body
      const { workspace } = request.caller
      const what = { workspace, kind: 'import', infrastructure: request.params.id, ...wish } as const
      if (!request.query.plan) return carryOut(control, request, reply, what, { plan_hash, consent, override_budget })
      const { plan, proof } = await control.adoption.prove(what)
      const answer = await preview(control, request, reply, { wish: what, plan, store: request.query.store })
      const description = plan.description as JsonObject
      return { ...answer, description, proof: { steps: proof.steps.length, hash: proof.hash } }
    },
  )

  app.get(
    '/infrastructure/:id/drift',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getDrift',
        summary: 'What differs from what was last carried out, as the last patrol found it',
        description:
          'Fields that differ, what is gone or failed, and what carries the stamp of the infrastructure without being known. `looked_at` says when; no cloud is asked.',
        tags: ['infrastructure'],
        params: byId,
        response: { 200: driftJson },
      },
    },
    async ({ caller, params }) => driftToJson(await control.adoption.drift(caller.workspace, params.id)),
  )

  app.post(
    '/infrastructure/:id/drift',
    {
      config: { role: 'operator', repeatable: true },
      schema: {
        operationId: 'lookForDrift',
        summary: 'Looks now what differs from what was last carried out',
        description:
          'Reads the cloud, changes nothing there, and keeps what is seen as a patrol does: the report is the same, and so are the events. Answers within 30 seconds, or with `cloud_unavailable`; while an operation changes the infrastructure, with `operation_running`.',
        tags: ['infrastructure'],
        params: byId,
        response: { 200: driftJson },
      },
    },
    async ({ caller, params }) => driftToJson(await control.adoption.driftNow(caller.workspace, params.id)),
  )

  app.post(
    '/infrastructure/:id/release',
    {
      config: { role: 'operator' },
      schema: {
        operationId: 'releaseInfrastructure',
        summary: 'Stops managing it: everything stays in the cloud',
        description:
          'No cloud is asked to do anything: all of it stays as it is, is paid for as before, and can be imported again. With `?plan=true` it answers with what would be let go of.',
        tags: ['infrastructure'],
        params: byId,
        querystring: planQuery,
        body: optionalApproval,
        response: changeAnswers,
      },
    },
    (request, reply) => {
      const what = { kind: 'release', infrastructure: request.params.id } as const
      return change(control, request, reply, what, { ...request.body, ...request.query })
    },
  )
}
