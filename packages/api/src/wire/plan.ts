import type { Gate, Plan } from '@atlas/core'
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import type { StoredPlan, StoredPlanSummary } from '../control/plans.ts'
import { gateJson, gateToJson } from './budget.ts'
import { planJson } from './plan-document.ts'

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
  override_budget: z
    .string()
    .min(3)
    .max(300)
    // Last, so that what is counted is what was sent: nothing is refused that the schema allows.
    .trim()
    .optional()
    .describe(
      'For admins: why this one operation is carried out although a budget blocks it. Kept in the audit; nothing where none blocks',
    ),
})

/** Where the approval is all that there is to say, saying nothing is fine. */
export const optionalApproval = z.preprocess((body) => body ?? {}, approval)

export type Approval = z.infer<typeof approval>

/** The same for a plan that is named in the path. */
export const optionalConsent = z.preprocess(
  (body) => body ?? {},
  approval.pick({ consent: true, override_budget: true }),
)

/** What a person says to a plan that waits for it. */
export const optionalDecision = z.preprocess(
  (body) => body ?? {},
  approval
    .pick({ consent: true })
    .extend({ reason: z.string().max(300).optional().describe('Told to who asked, in events and in the audit') }),
)

const kept = {
  made_by: z.string(),
  made_at: z.string(),
  expires_at: z.string().describe('From then on it is not found, and an approval of it is over'),
  approval: z
    .object({
      status: z.enum(['pending', 'approved', 'rejected']),
      asked_by: z.string().nullable().describe('null: decided before anybody asked'),
      asked_at: z.string().nullable(),
      decided_by: z.string().nullable(),
      decided_at: z.string().nullable(),
      reason: z.string().nullable(),
      consent: z.array(z.string()).describe('Resources whose data may be lost, as who approved it has said'),
    })
    .nullable()
    .describe('null: nobody has asked for one'),
}

export const storedPlanJson = planAnswer.extend(kept).meta({ id: 'StoredPlan' })

export const storedPlanSummaryJson = z
  .object({
    hash: z.string(),
    infrastructure: z.string(),
    kind: planJson.shape.kind,
    steps: z.int().describe('How many there are'),
    monthly_change: z.number().describe('USD a month'),
    consent_needed: planJson.shape.consentNeeded,
    ...kept,
  })
  .meta({ id: 'StoredPlanSummary' })

const keptToJson = ({ madeBy, madeAt, expiresAt, approval }: Omit<StoredPlan, 'plan'>) => ({
  made_by: madeBy,
  made_at: madeAt,
  expires_at: expiresAt,
  approval: approval && {
    status: approval.status,
    asked_by: approval.askedBy,
    asked_at: approval.askedAt,
    decided_by: approval.decidedBy,
    decided_at: approval.decidedAt,
    reason: approval.reason,
    consent: [...approval.consent],
  },
})

export const storedPlanToJson = (
  { plan, ...rest }: StoredPlan,
  gate: Gate,
  caller: Caller,
): z.infer<typeof storedPlanJson> => ({
  plan,
  gate: gateToJson(gate, caller),
  ...keptToJson(rest),
})

export const storedPlanSummaryToJson = (view: StoredPlanSummary): z.infer<typeof storedPlanSummaryJson> => ({
  hash: view.hash,
  infrastructure: view.infrastructure,
  kind: view.kind,
  steps: view.steps,
  monthly_change: view.monthlyChange,
  consent_needed: view.consentNeeded,
  ...keptToJson(view),
})
