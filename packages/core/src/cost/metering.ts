import type { ResourceType } from '../spec/types.ts'
import { monthAfter, monthsOf, type Rate, rateCost } from './rate.ts'

/** A time in which one resource cost the same: what metering writes down. */
export interface Usage {
  infrastructure: string
  resource: string
  type: ResourceType
  /** Which life of the resource: the cloud bills each by itself. */
  life: string
  /** `key=value`, those of its infrastructure and its own. */
  tags: readonly string[]
  rates: readonly Rate[]
  from: Date
  /** `null`: it goes on. */
  to: Date | null
}

/** What one item of one life of a resource cost. */
export interface Charge extends Pick<Usage, 'infrastructure' | 'resource' | 'type' | 'tags'> {
  item: string
  seconds: number
  /** USD, not rounded; `null` where its price is not known. */
  amount: number | null
}

/**
 * What was used from one moment to another costs. As the cloud bills: within a calendar month (UTC) the same item of the
 * same resource counts together, whatever came between, and costs no more than its monthly price.
 */
export function meter(usage: readonly Usage[], from: Date, to: Date): Charge[] {
  const lines = new Map<string, { charge: Charge; rate: Rate }>()
  for (const one of usage) {
    const start = one.from > from ? one.from : from
    const end = one.to !== null && one.to < to ? one.to : to
    for (const stretch of monthsOf(start, end)) {
      const seconds = (stretch.to.getTime() - stretch.from.getTime()) / 1000
      for (const rate of one.rates) add(lines, `${stretch.month} ${keyOf(one, rate)}`, one, rate, seconds)
    }
  }
  return [...lines.values()].map(({ charge, rate }) => ({ ...charge, amount: rateCost(rate, charge.seconds) }))
}

const keyOf = ({ life }: Usage, { item, hourly }: Rate) => `${item} ${hourly} ${life}`

function add(
  lines: Map<string, { charge: Charge; rate: Rate }>,
  key: string,
  { infrastructure, resource, type, tags }: Usage,
  rate: Rate,
  seconds: number,
): void {
  const earlier = lines.get(key)?.charge.seconds ?? 0
  const about = { infrastructure, resource, type, tags, item: rate.item }
  lines.set(key, { charge: { ...about, seconds: earlier + seconds, amount: null }, rate })
}

/** USD of everything that has a price, not rounded. */
export const totalOf = (charges: readonly Charge[]): number =>
  charges.reduce((sum, { amount }) => sum + (amount ?? 0), 0)

/** USD of the month of `now` up to its end, if everything that runs goes on as it is. */
export const forecastOf = (usage: readonly Usage[], monthStart: Date, now: Date): number =>
  totalOf(meter(usage, monthStart, monthAfter(now)))

export const costGroupings = ['resource', 'infrastructure', 'type', 'tag'] as const

export type CostGrouping = (typeof costGroupings)[number]

export interface CostGroup {
  /** `shop/web1`, `shop`, `machine` or `project=shop`. Empty for what has no tag. */
  group: string
  /** USD, not rounded. */
  cost: number
  /** Items without a known price, so not in the cost. */
  unpriced: string[]
  /** What it is made of, the same item over months and lives together. */
  items: { item: string; hours: number; cost: number | null }[]
}

/** The dearest first. What has two tags is in the groups of both, so groups of tags may add up to more than the total. */
export function groupCharges(charges: readonly Charge[], by: CostGrouping): CostGroup[] {
  const groups = new Map<string, Charge[]>()
  for (const charge of charges)
    for (const key of keysOf[by](charge)) {
      const group = groups.get(key)
      if (group) group.push(charge)
      else groups.set(key, [charge])
    }
  return [...groups]
    .map(([group, members]) => ({
      group,
      cost: totalOf(members),
      unpriced: [...new Set(members.filter(({ amount }) => amount === null).map(({ item }) => item))],
      items: itemsOf(members),
    }))
    .sort((a, b) => b.cost - a.cost || (a.group < b.group ? -1 : 1))
}

const keysOf: Record<CostGrouping, (charge: Charge) => readonly string[]> = {
  resource: ({ infrastructure, resource }) => [`${infrastructure}/${resource}`],
  infrastructure: ({ infrastructure }) => [infrastructure],
  type: ({ type }) => [type],
  tag: ({ tags }) => (tags.length > 0 ? tags : ['']),
}

function itemsOf(charges: readonly Charge[]): CostGroup['items'] {
  const items = Map.groupBy(charges, ({ item }) => item)
  return [...items].map(([item, members]) => ({
    item,
    hours: members.reduce((sum, { seconds }) => sum + seconds, 0) / 3600,
    cost: members.some(({ amount }) => amount === null) ? null : totalOf(members),
  }))
}
