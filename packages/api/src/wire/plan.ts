import type { Plan } from '@atlas/core'
import { z } from 'zod'

/** The plan document goes out unchanged, in its own format: its hash is over exactly this value. */
export const planAnswer = z.object({ plan: z.custom<Plan>() })

export const planQuery = z.object({
  plan: z.stringbool().default(false).describe('Answer with the plan and change nothing'),
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
