import { cents, costGroupings } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { CostsView } from '../control/costs.ts'
import type { Control } from '../control.ts'

const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'expected a date or a moment, such as 2026-11-01')
  .transform((text) => new Date(text))
  .meta({ example: '2026-11-01' })

const query = z.object({
  from: time.optional().describe('A date or a moment (ISO 8601); the beginning of this month (UTC) when absent'),
  to: time.optional().describe('Not included; now when absent'),
  group_by: z.enum(costGroupings).default('infrastructure').describe('What has two tags is in the groups of both'),
})

const costsJson = z
  .object({
    currency: z.literal('USD'),
    from: z.string(),
    to: z.string(),
    total: z.number().describe('USD at list price, before tax, of what was used in that time'),
    month_to_date: z.number().describe('USD of this calendar month (UTC), so far'),
    forecast: z.number().describe('USD of this calendar month at its end, if what runs goes on'),
    groups: z.array(
      z.object({
        group: z.string().describe('`shop/web1`, `shop`, `machine` or `project=shop`; empty for what has no tag'),
        cost: z.number(),
        unpriced: z.array(z.string()).describe('Items without a sourced price, so not in the cost'),
        items: z.array(z.object({ item: z.string(), hours: z.number(), cost: z.number().nullable() })),
      }),
    ),
  })
  .meta({ id: 'Costs' })

export type CostsJson = z.infer<typeof costsJson>

const toJson = ({ from, to, total, monthToDate, forecast, groups }: CostsView): CostsJson => ({
  currency: 'USD',
  from: from.toISOString(),
  to: to.toISOString(),
  total: cents(total),
  month_to_date: cents(monthToDate),
  forecast: cents(forecast),
  groups: groups.map(({ group, cost, unpriced, items }) => ({
    group,
    cost: cents(cost),
    unpriced,
    items: items.map(({ item, hours, cost }) => ({
      item,
      hours: Number(hours.toFixed(4)),
      cost: cost === null ? null : cents(cost),
    })),
  })),
})

export const costRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.get(
    '/costs',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getCosts',
        summary: 'What was used, metered by the second, and what this month will come to',
        description:
          'Every resource that Atlas made counts from the moment it was ours until it is gone, by the second, as the cloud bills it. `forecast` lets everything go on that runs now.',
        tags: ['costs'],
        querystring: query,
        response: { 200: costsJson },
      },
    },
    async ({ caller, query: { from, to, group_by: groupBy } }) =>
      toJson(await control.costs.metered(caller.workspace, { ...(from && { from }), ...(to && { to }), groupBy })),
  )
}
