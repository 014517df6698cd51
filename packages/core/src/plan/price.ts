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

/** One name's price lines, before and after. */
export interface Priced {
  name: string
  before: PriceLine[]
  after: PriceLine[]
}

export const priced = (input: PlanInput, { entry, change }: Fate): Priced => ({
  name: entry.name,
  before: livesOf(entry).flatMap(({ owned }, n) =>
    linesOf(input, owned.type, owned.specifications, n ? undefined : change),
  ),
  after: entry.wanted ? linesOf(input, entry.wanted.type, entry.wanted.specifications) : [],
})

/** Sums of everything with a known price, and the names of what has none. */
export function totals(all: readonly Priced[], catalogueDate: string): Plan['price'] {
  const known = (lines: readonly PriceLine[]) => lines.reduce((total, { monthly }) => total + (monthly ?? 0), 0)
  const before = all.reduce((total, each) => total + known(each.before), 0)
  const after = all.reduce((total, each) => total + known(each.after), 0)
  const unpriced = all.flatMap(({ name, after }) =>
    after.filter(({ monthly }) => monthly === null).map(({ item }) => `${name}: ${item}`),
  )
  return {
    currency: 'USD',
    before: cents(before),
    after: cents(after),
    change: cents(after - before),
    unpriced,
    catalogueDate,
  }
}
