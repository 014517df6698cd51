import type { Infrastructure, Provider } from '../spec/infrastructure.ts'
import { resolveNeeds } from '../spec/needs.ts'
import type { ResourceType } from '../spec/types.ts'
import { catalogueOf, digitalOcean } from './catalogue.ts'
import { digitalOceanPrice } from './digitalocean.ts'
import type { PriceLine } from './price.ts'
import { type Transfer, transferLine, transferOf } from './transfer.ts'

export interface Estimate {
  currency: 'USD'
  /** Sum of everything with a known price, whole cents, for a month of use before tax. */
  monthly: number
  /** ISO date of the price catalogue; single prices say their own. */
  catalogueDate: string
  resources: EstimatedResource[]
  /** What has no known price, so is not in the sum: `copy: snapshot`. */
  unpriced: string[]
  /** What the machines have included, and what is expected beyond. Its price is in the sum. */
  transfer: Transfer & { lines: PriceLine[] }
}

export interface EstimatedResource {
  name: string
  type: ResourceType
  /** Sum of its lines with a known price; `null` as soon as one has none. */
  monthly: number | null
  lines: PriceLine[]
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
  const transfer = transferOf(resources, infrastructure.expected_transfer_gb, catalogue)
  const beside = { name: infrastructure.name, lines: [transferLine(transfer)].filter((line) => line !== undefined) }
  const lines = [...estimated, beside].flatMap(({ name, lines }) => lines.map((line) => ({ ...line, name })))
  return {
    currency: 'USD',
    monthly: cents(lines.reduce((total, { monthly }) => total + (monthly ?? 0), 0)),
    catalogueDate: catalogue.date,
    resources: estimated,
    unpriced: lines.filter(({ monthly }) => monthly === null).map(({ name, item }) => `${name}: ${item}`),
    transfer: { ...transfer, lines: beside.lines },
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
