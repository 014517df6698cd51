import { type JsonObject, resourceTypes } from '@atlas/core'
import { z } from 'zod'
import type { AccountResourceView } from '../control/adoption.ts'
import { approval, planAnswer } from './plan.ts'

const type = z.enum(resourceTypes)
/** It becomes part of an address of the cloud's API: `..` would lead elsewhere. */
const cloudId = z
  .string()
  .max(200)
  .regex(/^\w[\w.:-]*(\/\w[\w.:-]*)*$/, 'letters, digits and . : - _, with / between parts')

const json = z.custom<JsonObject>().meta({ type: 'object' })

export const importBody = approval
  .extend({
    provider: z.string().optional().describe('Of a new infrastructure; digitalocean otherwise'),
    region: z
      .string()
      .optional()
      .describe('Of a new infrastructure; that of the first resource which is in one otherwise'),
    resources: z
      .array(
        z.strictObject({
          type,
          id: cloudId.describe("The cloud's id, such as 480000001, or example.com/3352896 of a DNS record"),
          name: z.string().optional().describe('What it is to be called here; made of its name in the cloud otherwise'),
        }),
      )
      .min(1)
      .max(200)
      .describe('What is to become Atlas’s'),
  })
  .meta({ id: 'Import', examples: [{ resources: [{ type: 'machine', id: '480000001', name: 'web1' }] }] })

/** The plan of an import, with the proof that nothing changes. */
export const importPlanJson = planAnswer.extend({
  description: json.describe('What Atlas keeps as the description; to be saved and applied from now on'),
  proof: z
    .object({
      steps: z.number().describe('What applying the description afterwards would do: 0'),
      hash: z.string().describe('Hash of that plan'),
    })
    .describe('The plan of the description against what is in the cloud, once all is Atlas’s'),
})

export const accountQuery = z.object({
  unowned: z
    .stringbool()
    .default(false)
    .meta({ type: 'boolean', description: 'Only what belongs to no infrastructure' }),
  type: type.optional(),
  tag: z.string().optional().describe('A tag of the cloud, such as `team:web`'),
})

export const accountResourceJson = z
  .object({
    type,
    id: z.string(),
    name: z.string(),
    region: z.string().nullable(),
    tags: z.array(z.string()),
    monthly_cost: z.number().nullable().describe('USD at list price; null where it is not known'),
    infrastructure: z.string().nullable().describe('Whose it is'),
    why_not: z.string().optional().describe('Why it cannot be imported'),
    suggested: z
      .object({ type, name: z.string(), specifications: json })
      .optional()
      .describe('How an import would describe it; ids become references when it is imported'),
  })
  .meta({ id: 'AccountResource' })

export const accountResourceToJson = ({ monthlyCost, whyNot, ...rest }: AccountResourceView) => ({
  ...rest,
  monthly_cost: monthlyCost,
  ...(whyNot !== undefined && { why_not: whyNot }),
})
