import { z } from 'zod'
import type { DriftView } from '../control/adoption.ts'

const json: z.ZodType = z.unknown()

export const driftJson = z
  .object({
    infrastructure: z.string(),
    looked_at: z.string().nullable().describe('When it was last held against the cloud; null where it never was'),
    resources: z
      .array(
        z.object({
          resource: z.string(),
          kind: z.enum(['missing', 'failed', 'changed']),
          reason: z.string(),
          fields: z.array(z.object({ field: z.string(), found: json, expected: json })),
        }),
      )
      .describe('What is not as it was last carried out'),
    foreign: z
      .array(z.object({ type: z.string(), physical_id: z.string(), since: z.string() }))
      .describe(
        'What carries the tags of this infrastructure and was not made by this database, as patrols have found it: left alone',
      ),
    hint: z.string().optional().describe('What would bring it back'),
  })
  .meta({ id: 'Drift' })

export const driftToJson = ({ infrastructure, lookedAt, findings, foreign }: DriftView): z.infer<typeof driftJson> => ({
  infrastructure,
  looked_at: lookedAt,
  resources: findings.map(({ fields, ...finding }) => ({
    ...finding,
    fields: fields.map(({ field, from, to }) => ({ field, found: from, expected: to ?? null })),
  })),
  foreign: foreign.map(({ type, physicalId, since }) => ({ type, physical_id: physicalId, since })),
  ...(findings.length > 0 && { hint: `atlas repair ${infrastructure} --plan` }),
})
