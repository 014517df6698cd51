import { z } from 'zod'

// What the tools answer. Fields beside these come too: the API's OpenAPI document describes them.

const money = z.number().describe('USD a month')

export const infrastructure = z.looseObject({
  id: z.string(),
  name: z.string(),
  provider: z.string(),
  region: z.string(),
  status: z.string(),
  monthly_cost: money,
})

export const operation = z.looseObject({
  id: z.string(),
  infrastructure: z.string(),
  kind: z.string(),
  status: z.enum(['queued', 'in_progress', 'succeeded', 'failed', 'cancelled']),
  plan_hash: z.string(),
  total_steps: z.number(),
  completed_steps: z.number(),
  cost_change: money,
})

export const planned = {
  plan_hash: z.string().describe('What `apply` needs'),
  infrastructure: z.string(),
  kind: z.string(),
  steps: z.array(z.looseObject({ n: z.number(), action: z.string(), resource: z.string(), reason: z.string() })),
  monthly_before: money,
  monthly_after: money,
  consent_needed: z.array(z.object({ resource: z.string(), why: z.string() })).describe('Whose data would be lost'),
  budgets: z.looseObject({ verdict: z.enum(['ok', 'warn', 'block']) }).describe('Where `block`, apply is refused'),
  warnings: z.array(z.string()),
}

export const planHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'the hash that `plan` answered, of 64 hexadecimal digits')
  .describe('Hash of the plan, as `plan` answered it')
