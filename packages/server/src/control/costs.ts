import type { CostQuery, CostsControl, CostsView } from '@atlas/api'
import { AtlasError, forecastOf, groupCharges, meter, monthStart, totalOf } from '@atlas/core'
import type { Store } from '@atlas/store'

export function costsControl({ usage }: Pick<Store, 'usage'>): CostsControl {
  return {
    async metered(workspace, query): Promise<CostsView> {
      const month = await usage(workspace, 'this month')
      const from = query.from ?? monthStart(month.now)
      const to = query.to === undefined || query.to > month.now ? month.now : query.to
      refuseReversed(query, from, to)
      const asked = from < monthStart(month.now) ? await usage(workspace, from) : month
      const charges = meter(asked.usage, from, to)
      return {
        from,
        to,
        total: totalOf(charges),
        monthToDate: totalOf(meter(month.usage, monthStart(month.now), month.now)),
        forecast: forecastOf(month.usage, monthStart(month.now), month.now),
        groups: groupCharges(charges, query.groupBy),
      }
    },
  }
}

function refuseReversed(query: CostQuery, from: Date, to: Date): void {
  if (from <= to) return
  const end = query.to === undefined ? 'now' : to.toISOString()
  throw new AtlasError('usage', `from is ${from.toISOString()}, which is after ${end}.`, {
    hint: 'ask for a time that has begun, such as from=2026-11-01',
  })
}
