import type { Infrastructure, Provider, Resource } from '../spec/infrastructure.ts'
import { resolveNeeds } from '../spec/needs.ts'
import type { ResourceType } from '../spec/types.ts'
import { type Catalogue, catalogueOf, digitalOcean } from './catalogue.ts'
import { digitalOceanPrice } from './digitalocean.ts'
import type { PriceLine } from './price.ts'

export interface Estimate {
  currency: 'USD'
  /** Sum of everything with a known price, whole cents, for a month of use before tax. */
  monthly: number
  /** ISO date of the price catalogue; single prices say their own. */
  catalogueDate: string
  resources: EstimatedResource[]
  /** What has no known price, so is not in the sum: `copy: snapshot`. */
  unpriced: string[]
  /** Outbound transfer that the machines have included, pooled. */
  transfer: Transfer
}

export interface EstimatedResource {
  name: string
  type: ResourceType
  /** Sum of its lines with a known price; `null` as soon as one has none. */
  monthly: number | null
  lines: PriceLine[]
}

interface Transfer {
  /** `null` where the allowance of a size is not known. */
  includedTb: number | null
  /** USD for each GiB beyond. */
  perGibBeyond: number
}

const prices: Record<Provider, typeof digitalOceanPrice> = {
  digitalocean: digitalOceanPrice,
  memory: digitalOceanPrice,
}

/**
 * What an infrastructure costs in a month at list price.
 * @throws AtlasError spec_invalid where a size or image is not offered, or nothing meets a need
 */
export function estimate(infrastructure: Infrastructure): Estimate {
  const catalogue = catalogueOf(infrastructure.provider) ?? digitalOcean
  const { resources, provider, region } = resolveNeeds(infrastructure, catalogue)
  const estimated = resources.map(({ name, type, specifications }): EstimatedResource => {
    const lines = prices[provider](type, specifications, region)
    return { name, type, monthly: sum(lines), lines }
  })
  const lines = estimated.flatMap((resource) => resource.lines.map((line) => ({ ...line, name: resource.name })))
  return {
    currency: 'USD',
    monthly: cents(lines.reduce((total, { monthly }) => total + (monthly ?? 0), 0)),
    catalogueDate: catalogue.date,
    resources: estimated,
    unpriced: lines.filter(({ monthly }) => monthly === null).map(({ name, item }) => `${name}: ${item}`),
    transfer: transferOf(resources, catalogue),
  }
}

function transferOf(resources: readonly Resource[], catalogue: Catalogue): Transfer {
  const allowances = resources
    .filter(({ type }) => type === 'machine')
    .map(({ specifications }) => catalogue.sizes.get(String(specifications.size))?.transfer_tb)
  return {
    includedTb: allowances.reduce<number | null>(
      (all, one) => (all === null || one === undefined ? null : all + one),
      0,
    ),
    perGibBeyond: catalogue.items.get('bandwidth.overage')!.price,
  }
}

/** USD a month of some lines, whole cents; `null` as soon as one has no known price. */
export function sum(lines: readonly PriceLine[]): number | null {
  const total = lines.reduce<number | null>(
    (all, { monthly }) => (all === null || monthly === null ? null : all + monthly),
    0,
  )
  return total === null ? null : cents(total)
}

/** Whole cents, without the dust of binary fractions; halves go up. */
export const cents = (usd: number): number => Math.round(Number((usd * 100).toFixed(6))) / 100
