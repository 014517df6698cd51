import { cents, sum } from '../cost/estimate.ts'
import type { PriceLine } from '../cost/price.ts'
import type { Change } from '../driver.ts'
import type { JsonObject } from '../json.ts'
import type { ResourceType } from '../spec/types.ts'
import { driverOf, type Fate, liveSpecifications } from './fate.ts'
import type { PlanInput } from './input.ts'
import type { Plan } from './types.ts'
import { livesOf } from './world.ts'

const linesOf = (input: PlanInput, type: ResourceType, specifications: JsonObject, change?: Change): PriceLine[] =>
  driverOf(input, type).price(liveSpecifications(specifications, change), input.description.region)

/** USD a month of one resource; `null` as soon as one of its items has no known price. */
export const monthlyOf = (input: PlanInput, type: ResourceType, specifications: JsonObject, change?: Change) =>
  sum(linesOf(input, type, specifications, change))

/** Of one name, before and after: `null` where an item has no known price. */
export function monthlyAround(input: PlanInput, { entry, change }: Fate) {
  const before = livesOf(entry).map(({ owned }, n) =>
    monthlyOf(input, owned.type, owned.specifications, n ? undefined : change),
  )
  return {
    monthlyBefore: before.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0),
    monthlyAfter: entry.wanted ? monthlyOf(input, entry.wanted.type, entry.wanted.specifications) : 0,
  }
}

/** Sums of everything with a known price, and the names of what has none. */
export function totals(input: PlanInput, fates: Iterable<Fate>): Plan['price'] {
  let before = 0
  let after = 0
  const unpriced: string[] = []
  for (const { entry, change } of fates) {
    for (const [n, { owned }] of livesOf(entry).entries())
      before += known(linesOf(input, owned.type, owned.specifications, n ? undefined : change))
    if (!entry.wanted) continue
    const lines = linesOf(input, entry.wanted.type, entry.wanted.specifications)
    after += known(lines)
    for (const { item, monthly } of lines) if (monthly === null) unpriced.push(`${entry.name}: ${item}`)
  }
  return {
    currency: 'USD',
    before: cents(before),
    after: cents(after),
    change: cents(after - before),
    unpriced,
    catalogueDate: input.catalogueDate,
  }
}

const known = (lines: readonly PriceLine[]) => lines.reduce((sum, { monthly }) => sum + (monthly ?? 0), 0)
