import { catalogueOf } from '../cost/catalogue.ts'
import { cents, sum } from '../cost/estimate.ts'
import type { PriceLine } from '../cost/price.ts'
import { transferLine, transferOf } from '../cost/transfer.ts'
import type { Change } from '../driver.ts'
import type { JsonObject } from '../json.ts'
import type { Resource } from '../spec/infrastructure.ts'
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

/** Sums of everything with a known price, transfer included, and the names of what has none. */
export function totals(input: PlanInput, fates: readonly Fate[], all: readonly Priced[]): Plan['price'] {
  const known = (lines: readonly PriceLine[]) => lines.reduce((total, { monthly }) => total + (monthly ?? 0), 0)
  const transfer = transfers(input, fates)
  const before = all.reduce((total, each) => total + known(each.before), transfer.before.monthly ?? 0)
  const after = all.reduce((total, each) => total + known(each.after), transfer.after.monthly ?? 0)
  const beside = {
    name: input.description.name,
    after: [transferLine(transfer.after)].filter((one) => one !== undefined),
  }
  const unpriced = [...all, beside].flatMap(({ name, after }) =>
    after.filter(({ monthly }) => monthly === null).map(({ item }) => `${name}: ${item}`),
  )
  return {
    currency: 'USD',
    before: cents(before),
    after: cents(after),
    change: cents(after - before),
    unpriced,
    catalogueDate: input.catalogueDate,
    transfer: transfer.after,
  }
}

/** As much transfer is expected before as after: what a plan changes is how much of it is included. */
function transfers({ kind, description }: PlanInput, fates: readonly Fate[]) {
  const expected = kind === 'destroy' || kind === 'release' ? undefined : description.expected_transfer_gb
  const of = (resources: readonly Pick<Resource, 'type' | 'specifications'>[]) =>
    transferOf(resources, expected, catalogueOf(description.provider))
  const before = fates.flatMap(({ entry, change }) =>
    livesOf(entry).map(({ owned: { type, specifications } }, n) => ({
      type,
      specifications: liveSpecifications(specifications, n ? undefined : change),
    })),
  )
  return { before: of(before), after: of(fates.flatMap(({ entry }) => entry.wanted ?? [])) }
}
