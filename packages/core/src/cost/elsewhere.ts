import type { JsonObject } from '../json.ts'
import aws from './catalogue/aws.json' with { type: 'json' }
import azure from './catalogue/azure.json' with { type: 'json' }
import gcp from './catalogue/gcp.json' with { type: 'json' }
import type { PriceLine } from './price.ts'

/** A size of a cloud that Atlas knows the prices of, without a driver for it. */
export interface SizeElsewhere {
  slug: string
  vcpus: number
  memory_mb: number
  /** USD at list price, on demand, Linux. */
  hourly: number
  class: string
  arch?: string
  source: string
  asOf: string
}

/**
 * What another cloud has for a thing of a description. A line whose price is not in its catalogue has `monthly: null`:
 * it is named, never guessed.
 */
export interface Elsewhere {
  provider: string
  /** Where its prices are of. */
  region: string
  sizes: readonly SizeElsewhere[]
  disk(gib: number): PriceLine
  load_balancer(specifications: JsonObject): PriceLine
  reserved_ip(assigned: boolean): PriceLine
  domain(): PriceLine
  transfer(gib: number): PriceLine
}

/** A month of 730 hours, as these clouds reckon: they have no monthly price. */
export const hoursElsewhere = 730

interface Item {
  key: string
  price: number
  source: string
  asOf: string
}

type Times = (key: string, amount: number, item: string, note?: string) => PriceLine

const pricesOf = ({ items }: { items: Item[] }): Times => {
  const byKey = new Map(items.map((item) => [item.key, item]))
  return (key, amount, item, note) => {
    const { price, source, asOf } = byKey.get(key)!
    return { item, monthly: price * amount, source, asOf, ...(note && { note }) }
  }
}

export const unknownElsewhere = (item: string, note = 'no equivalent with a known price'): PriceLine => ({
  item,
  monthly: null,
  asOf: null,
  note,
})

const ofAws = pricesOf(aws)
const ofGcp = pricesOf(gcp)
const ofAzure = pricesOf(azure)

export const elsewhere: readonly Elsewhere[] = [
  {
    provider: 'aws',
    region: 'us-east-1',
    sizes: aws.sizes,
    disk: (gib) => ofAws('ebs.gp3.storage', gib, `EBS gp3 ${gib} GiB`),
    load_balancer: () =>
      ofAws(
        'elb.alb.hour',
        hoursElsewhere,
        'application load balancer',
        'what passes through it is billed beside that',
      ),
    reserved_ip: (assigned) =>
      assigned
        ? unknownElsewhere('elastic IP', 'no price of one in use is known')
        : ofAws('eip.unused.hour', hoursElsewhere, 'elastic IP, unassigned'),
    domain: () => ofAws('route53.zone', 1, 'Route 53 zone', 'queries are billed beside that'),
    transfer: (gib) =>
      ofAws('data_transfer.out.internet', Math.max(0, gib - 100), `outbound transfer ${gib} GiB`, '100 GB are free'),
  },
  {
    provider: 'azure',
    region: 'eastus',
    sizes: azure.sizes,
    disk: azureDisk,
    load_balancer: () => unknownElsewhere('load balancer', 'only the price of further rules is known'),
    reserved_ip: () => ofAzure('public_ip.standard.static.regional', hoursElsewhere, 'static public IP'),
    domain: () => unknownElsewhere('DNS zone'),
    transfer: (gib) => unknownElsewhere(`outbound transfer ${gib} GiB`),
  },
  {
    provider: 'gcp',
    region: 'us-central1',
    sizes: gcp.sizes,
    disk: (gib) => ofGcp('pd.ssd', gib, `SSD persistent disk ${gib} GiB`),
    load_balancer: () =>
      ofGcp('forwarding_rule.global.first5', hoursElsewhere, 'forwarding rules, up to 5', 'data is billed beside that'),
    reserved_ip: (assigned) =>
      ofGcp(assigned ? 'ip.in_use.standard_vm' : 'ip.static.unused', hoursElsewhere, 'static IP'),
    domain: () => unknownElsewhere('DNS zone'),
    transfer: (gib) =>
      gib > 1024
        ? unknownElsewhere(`outbound transfer ${gib} GiB`, 'no price beyond 1 TB is known')
        : ofGcp('egress.internet.premium', gib, `outbound transfer ${gib} GiB`),
  },
]

/**
 * Disks are sold in tiers. Premium SSD P4 is 32 GiB and P10 128 GiB; the price of others is not in the catalogue.
 * Source: learn.microsoft.com/azure/virtual-machines/disks-types
 */
function azureDisk(gib: number): PriceLine {
  const tier = gib <= 32 ? ['P4', 32] : gib <= 128 ? ['P10', 128] : undefined
  if (!tier) return unknownElsewhere(`managed disk ${gib} GiB`, 'no price of a premium SSD above 128 GiB is known')
  const [name, size] = tier
  return ofAzure(`managed_disk.premium.${name}.lrs`, 1, `premium SSD ${name}, ${size} GiB for ${gib}`)
}
