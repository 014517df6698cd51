import type { Gate, Plan } from '@atlas/core'
import { z } from 'zod'
import type { StoredPlan } from '../control/plans.ts'
import { gateJson, gateToJson } from './budget.ts'
import './plan-document.ts'

/**
 * The plan document goes out unchanged, in its own format: its hash is over exactly this value. What the budgets say to
 * it stands beside it, because that changes with what others do.
 */
export const planAnswer = z.object({
  plan: z.custom<Plan>().meta({ $ref: '#/components/schemas/Plan' }),
  gate: gateJson,
})

export const planQuery = z.object({
  plan: z.stringbool().default(false).meta({ type: 'boolean', description: 'Answer with the plan and change nothing' }),
  store: z.stringbool().default(false).meta({
    type: 'boolean',
    description: 'With `plan=true`: keep the plan for a day, to be applied by its hash at /api/v1/plans/{hash}/apply',
  }),
})

export const approval = z.object({
  plan_hash: z
    .string()
    .optional()
    .describe('Hash of the plan that was looked at: refused as `plan_stale` where the plan is another by now'),
  consent: z.array(z.string()).default([]).describe('Resources whose data may be lost'),
})

/** Where the approval is all that there is to say, saying nothing is fine. */
export const optionalApproval = z.preprocess((body) => body ?? {}, approval)

export type Approval = z.infer<typeof approval>

/** The same for a plan that is named in the path. */
export const optionalConsent = z.preprocess((body) => body ?? {}, approval.pick({ consent: true }))

export const storedPlanJson = planAnswer
  .extend({
    made_by: z.string(),
    made_at: z.string(),
    expires_at: z.string().describe('From then on it is not found'),
  })
  .meta({ id: 'StoredPlan' })

export const storedPlanToJson = (
  { plan, madeBy, madeAt, expiresAt }: StoredPlan,
  gate: Gate,
): z.infer<typeof storedPlanJson> => ({
  plan,
  gate: gateToJson(gate),
  made_by: madeBy,
  made_at: madeAt,
  expires_at: expiresAt,
})
