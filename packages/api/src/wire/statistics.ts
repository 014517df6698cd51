import type { Statistics } from '@atlas/core'
import { z } from 'zod'

const counts = (of: string) => z.record(z.string(), z.number()).describe(of)

export const statisticsJson = z
  .object({
    infrastructure: z.object({
      total: z.number().describe('Without what is destroyed'),
      by_status: counts('Also of what is destroyed'),
      by_provider: counts('Without what is destroyed'),
    }),
    resources: z.object({ total: z.number(), by_type: counts('Such as `machine`'), by_phase: counts('As seen last') }),
    monthly_cost: z.number().describe('USD a month at list price of what exists now'),
    monthly_cost_by_provider: z.record(z.string(), z.number()),
    currency: z.literal('USD'),
    operations: z.object({
      last_24h: counts('Made in the last 24 hours, by their status now'),
      last_30d: counts('Made in the last 30 days, by their status now'),
    }),
  })
  .meta({ id: 'Statistics' })

export type StatisticsJson = z.infer<typeof statisticsJson>

export const statisticsToJson = ({ infrastructure, resources, operations, ...cost }: Statistics): StatisticsJson => ({
  infrastructure: {
    total: infrastructure.total,
    by_status: infrastructure.byStatus,
    by_provider: infrastructure.byProvider,
  },
  resources: { total: resources.total, by_type: resources.byType, by_phase: resources.byPhase },
  monthly_cost: cost.monthlyCost,
  monthly_cost_by_provider: cost.monthlyCostByProvider,
  currency: 'USD',
  operations: { last_24h: outward(operations.last24h), last_30d: outward(operations.last30d) },
})

/** `running` has the name of the public API. */
const outward = ({ running, ...rest }: Record<string, number>) =>
  running === undefined ? rest : { ...rest, in_progress: running }
