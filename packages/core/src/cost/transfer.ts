import type { Resource } from '../spec/infrastructure.ts'
import { transferAllowance, transferCost } from './billing.ts'
import { type Catalogue, digitalOcean } from './catalogue.ts'
import type { PriceLine } from './price.ts'
import { gib, included } from './transfer-words.ts'

/** Outbound transfer in a month, in GiB. The cloud pools it over the account; here it is that of one infrastructure. */
export interface Transfer {
  /** What the machines have included over a whole month; `null` where the allowance of a size is not known. */
  includedGb: number | null
  /** What the description expects; absent where it says nothing, and then no transfer is priced. */
  expectedGb?: number
  /** USD for each GiB beyond. */
  perGbBeyond: number
  /** USD for what is expected beyond the allowance; `null` where that is not known. */
  monthly: number | null
}

/** What transfer costs beside some machines: nothing, as long as nobody says how much there will be. */
export function transferOf(
  resources: readonly Pick<Resource, 'type' | 'specifications'>[],
  expectedGb: number | undefined,
  catalogue: Catalogue = digitalOcean,
): Transfer {
  const sizes = resources
    .filter(({ type }) => type === 'machine')
    .map(({ specifications }) => catalogue.sizes.get(String(specifications.size)))
  const wholeMonth = catalogue.billing.monthlyCapHours * 3600
  const machines = sizes.flatMap((size) => (size ? [{ size, seconds: wholeMonth }] : []))
  const includedGb = machines.length === sizes.length ? transferAllowance(machines) : null
  const perGbBeyond = catalogue.items.get('bandwidth.overage')!.price
  if (expectedGb === undefined || sizes.length === 0) return { includedGb, perGbBeyond, monthly: 0 }
  const monthly = includedGb === null ? null : transferCost(expectedGb, includedGb)
  return { includedGb, expectedGb, perGbBeyond, monthly }
}

/** The line of an estimate; `undefined` where there is neither an allowance nor an expectation. */
export function transferLine({ includedGb, expectedGb, monthly }: Transfer): PriceLine | undefined {
  if (includedGb === 0 && expectedGb === undefined) return undefined
  const { source, asOf, price } = digitalOcean.items.get('bandwidth.overage')!
  const item = expectedGb === undefined ? 'outbound transfer' : `outbound transfer ${gib(expectedGb)}`
  return { item, monthly, source, asOf, note: `${included(includedGb)}, $${price} for each GiB beyond` }
}
