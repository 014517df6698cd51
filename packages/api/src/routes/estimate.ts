import { type Comparison, cents, type JsonObject } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control, EstimateView } from '../control.ts'
import { description } from '../wire/description.ts'

const breakdown = z.array(
  z.object({
    resource_type: z.string(),
    resource_name: z.string(),
    estimated_cost: z.number().nullable(),
    items: z.array(z.object({ item: z.string(), monthly: z.number().nullable(), note: z.string().optional() })),
  }),
)

const estimateJson = z
  .object({
    estimated_monthly_cost: z
      .number()
      .describe('USD a month at list price, before tax, of everything that has a price'),
    currency: z.literal('USD'),
    catalogue_date: z.string(),
    unpriced: z.array(z.string()).describe('Items without a sourced price, so not in the sums'),
    transfer: z
      .object({
        included_gb: z.number().nullable().describe('Of the machines, over a whole month; null where it is not known'),
        expected_gb: z.number().optional().describe('`expected_transfer_gb` of the description'),
        per_gb_beyond: z.number().describe('USD'),
        monthly: z.number().nullable().describe('USD for what is expected beyond; null where it is not known'),
      })
      .describe('Outbound transfer in a month, in GiB. Its price is in the sum'),
    breakdown,
    comparison: z
      .array(
        z.object({
          provider: z.string(),
          region: z.string().describe('Where its prices are of'),
          estimated_monthly_cost: z.number().describe('USD a month of everything that has a price there'),
          currency: z.literal('USD'),
          catalogue_date: z.string(),
          unpriced: z.array(z.string()).describe('What it has no priced equivalent for, so not in the sum'),
          breakdown,
        }),
      )
      .optional()
      .describe('With `compare=true`: the same need at every provider whose prices are known, the described one first'),
  })
  .meta({ id: 'Estimate' })

export type EstimateJson = z.infer<typeof estimateJson>

type Priced = EstimateView['resources'][number]

const breakdownToJson = (resources: readonly Priced[]) =>
  resources.map(({ resource, type, monthly, lines }) => ({
    resource_type: type,
    resource_name: resource,
    estimated_cost: monthly,
    items: lines.map(({ item, monthly: cost, note }) => ({
      item,
      monthly: cost === null ? null : cents(cost),
      ...(note ? { note } : {}),
    })),
  }))

const transferToJson = ({ includedGb, expectedGb, perGbBeyond, monthly }: EstimateView['transfer']) => ({
  included_gb: includedGb,
  ...(expectedGb !== undefined && { expected_gb: expectedGb }),
  per_gb_beyond: perGbBeyond,
  monthly,
})

const comparisonToJson = ({ monthly, catalogueDate, resources, ...rest }: Comparison) => ({
  ...rest,
  estimated_monthly_cost: monthly,
  catalogue_date: catalogueDate,
  breakdown: breakdownToJson(resources.map(({ name, ...one }) => ({ resource: name, ...one }))),
})

const toJson = ({ monthly, catalogueDate, unpriced, transfer, resources, comparison }: EstimateView): EstimateJson => ({
  estimated_monthly_cost: monthly,
  currency: 'USD',
  catalogue_date: catalogueDate,
  unpriced,
  transfer: transferToJson(transfer),
  breakdown: breakdownToJson(resources),
  ...(comparison && { comparison: comparison.map(comparisonToJson) }),
})

const query = z.object({
  compare: z
    .stringbool()
    .default(false)
    .meta({ type: 'boolean', description: 'Price the same need at every provider whose prices are known' }),
})

export const estimateRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.post(
    '/estimate-cost',
    {
      config: { role: 'viewer', audited: false, repeatable: true },
      schema: {
        operationId: 'estimateCost',
        summary: 'What a description costs a month; no cloud is asked',
        description:
          'Adds up list prices of a dated catalogue. `unpriced` names what has no sourced price, so nothing is guessed.',
        tags: ['costs'],
        querystring: query,
        body: description,
        response: { 200: estimateJson },
      },
    },
    async ({ body, query: { compare } }) => toJson(await control.estimate(body as JsonObject, { compare })),
  )
}
