import type { JsonObject } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control, EstimateView } from '../control.ts'
import { description } from '../wire/description.ts'

const estimateJson = z
  .object({
    estimated_monthly_cost: z
      .number()
      .describe('USD a month at list price, before tax, of everything that has a price'),
    currency: z.literal('USD'),
    catalogue_date: z.string(),
    unpriced: z.array(z.string()).describe('Items without a sourced price, so not in the sums'),
    breakdown: z.array(
      z.object({
        resource_type: z.string(),
        resource_name: z.string(),
        estimated_cost: z.number().nullable(),
        items: z.array(z.object({ item: z.string(), monthly: z.number().nullable(), note: z.string().optional() })),
      }),
    ),
  })
  .meta({ id: 'Estimate' })

export type EstimateJson = z.infer<typeof estimateJson>

const toJson = (estimate: EstimateView): EstimateJson => ({
  estimated_monthly_cost: estimate.monthly,
  currency: 'USD',
  catalogue_date: estimate.catalogueDate,
  unpriced: estimate.unpriced,
  breakdown: estimate.resources.map(({ resource, type, monthly, lines }) => ({
    resource_type: type,
    resource_name: resource,
    estimated_cost: monthly,
    items: lines.map(({ item, monthly: cost, note }) => ({ item, monthly: cost, ...(note ? { note } : {}) })),
  })),
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
        body: description,
        response: { 200: estimateJson },
      },
    },
    async (request) => toJson(await control.estimate(request.body as JsonObject)),
  )
}
