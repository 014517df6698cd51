import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'
import { optionalDecision, storedPlanJson, storedPlanToJson } from '../wire/plan.ts'

const byHash = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/, 'is no hash of a plan') })

/** What people say to the plans that agents, or others of them, have made. */
export const approvalRoutes: FastifyPluginAsyncZod<{ control: Pick<Control, 'plans' | 'budgets'> }> = async (
  app,
  { control },
) => {
  const decide = (verb: 'approve' | 'reject', status: 'approved' | 'rejected', words: object) =>
    app.post(
      `/plans/:hash/${verb}`,
      {
        config: { role: 'operator', repeatable: true },
        schema: {
          operationId: `${verb}Plan`,
          ...words,
          tags: ['plans'],
          params: byHash,
          body: optionalDecision,
          response: { 200: storedPlanJson },
        },
      },
      async (request) => {
        const { workspace, actor } = request.caller
        const { hash } = request.params
        if (request.audited) request.audited.planHash = hash
        const decision = { status, by: actor, consent: request.body.consent, reason: request.body.reason }
        const decided = await control.plans.decide(workspace, hash, decision)
        return storedPlanToJson(decided, await control.budgets.gate(decided.plan), request.caller)
      },
    )

  decide('approve', 'approved', {
    summary: 'Lets a plan be carried out that waits for a person',
    description:
      'For people: neither an agent nor who asked for the plan. What would lose data is named in `consent`. Who asked carries the plan out then, until it expires or somebody rejects it; where the world has changed by then, it is refused all the same.',
  })

  decide('reject', 'rejected', {
    summary: 'Lets it not be carried out',
    description:
      'Also takes an approval back that was not used yet. Who asked for the plan may reject it too: that takes the question back.',
  })
}
