import type { JsonObject } from '../json.ts'
import type { ResourceType } from '../spec/types.ts'
import { digitalOcean, type PriceItem, type Sourced } from './catalogue.ts'
import type { PriceLine } from './price.ts'

/**
 * What DigitalOcean charges for one resource, USD a month at list price before tax. An empty list is free of charge:
 * firewalls, VPCs, SSH keys and DNS. A line whose price has no source has `monthly: null` and says why in its note.
 */
export function digitalOceanPrice(type: ResourceType, specifications: JsonObject, _region: string): PriceLine[] {
  return pricing[type]?.(specifications) ?? []
}

const pricing: { readonly [T in ResourceType]?: (specifications: JsonObject) => PriceLine[] } = {
  machine: ({ size, backups }) => machine(size, backups),
  volume: ({ size_gb }) => [times('volume.storage', Number(size_gb), `volume ${size_gb} GiB`)],
  snapshot: ({ volume }) => [
    {
      ...times(volume === undefined ? 'snapshot.droplet' : 'snapshot.volume', 0, 'snapshot'),
      monthly: null,
      note: `$${price('snapshot.droplet').price} per GB and month: how large it is shows when it is made`,
    },
  ],
  load_balancer: ({ nodes }) => [
    times('loadbalancer.regional.node', Number(nodes ?? 1), `load balancer × ${nodes ?? 1}`),
  ],
  database,
  reserved_ip: ({ machine }) => [
    machine === undefined
      ? times('reserved_ip.unassigned', 1, 'reserved IP, unassigned')
      : { ...times('reserved_ip.unassigned', 0, 'reserved IP'), note: 'free while it is assigned to a machine' },
  ],
}

const price = (key: string): PriceItem => digitalOcean.items.get(key)!

const sourced = ({ source, asOf }: Sourced) => ({ source, asOf })

const times = (key: string, amount: number, item: string): PriceLine => ({
  item,
  monthly: price(key).price * amount,
  ...sourced(price(key)),
})

function machine(slug: unknown, backups: unknown): PriceLine[] {
  const size = digitalOcean.sizes.get(String(slug))
  if (!size)
    return [unknown(`machine ${typeof slug === 'string' ? slug : 'by need'}`, 'no price of this size is known')]
  const included =
    size.transfer_tb === undefined ? {} : { note: `${size.transfer_tb} TB of outbound transfer included` }
  const { monthly, hourly } = size
  const line: PriceLine = { item: `machine ${size.slug}`, monthly, hourly, ...sourced(size), ...included }
  if (!backups) return [line]
  const plan = typeof backups === 'object' && 'plan' in backups && backups.plan === 'daily' ? 'daily' : 'weekly'
  const share = price(`backup.${plan}`)
  const note = `${share.price * 100}% of the machine`
  return [line, { item: `backups ${plan}`, monthly: monthly * share.price, ...sourced(share), note }]
}

function database({ engine, size, num_nodes, storage_gb }: JsonObject): PriceLine[] {
  const node = digitalOcean.items.get(`database.${engine}.${size}.1node`)
  const item = `database ${engine} ${typeof size === 'string' ? size : 'by need'}`
  const first = node
    ? { item, monthly: node.price, ...sourced(node) }
    : unknown(item, 'no price of this engine and size is known')
  return [
    first,
    ...standbys(String(engine), Number(num_nodes ?? 1) - 1, node),
    ...extraStorage(String(engine), storage_gb, node),
  ]
}

/** Known of one standby of PostgreSQL only, and roughly: "about double". */
function standbys(engine: string, count: number, node: PriceItem | undefined): PriceLine[] {
  if (count === 0) return []
  const factor = digitalOcean.items.get(`database.${engine}.standby_factor`)
  const item = count === 1 ? 'standby node' : `${count} standby nodes`
  if (!node || !factor || count > 1) return [unknown(item, 'no price of so many standby nodes is known')]
  return [
    {
      item,
      monthly: node.price * (factor.price - 1),
      ...sourced(factor),
      note: 'about: the source says "about double"',
    },
  ]
}

/** Disk beyond what the size comes with, sold in steps of 10 GiB. */
function extraStorage(engine: string, wanted: unknown, node: PriceItem | undefined): PriceLine[] {
  if (typeof wanted !== 'number') return []
  const perGib = digitalOcean.items.get(`database.${engine}.storage.extra`)
  if (!perGib || node?.min_disk_gib === undefined) return [unknown('extra storage', 'no price of it is known')]
  const extra = Math.ceil(Math.max(0, wanted - node.min_disk_gib) / 10) * 10
  return extra === 0 ? [] : [{ item: `extra storage ${extra} GiB`, monthly: perGib.price * extra, ...sourced(perGib) }]
}

const unknown = (item: string, note: string): PriceLine => ({ item, monthly: null, asOf: null, note })
