import type { JsonObject } from '../json.ts'
import type { ResourceType } from '../spec/types.ts'
import { machineRate } from './billing.ts'
import { digitalOcean, type PriceItem, type Sourced } from './catalogue.ts'
import type { PriceLine } from './price.ts'

/**
 * What DigitalOcean charges for one resource, USD a month at list price before tax. An empty list is free of charge:
 * firewalls, VPCs, SSH keys and DNS. A line whose price has no source has `monthly: null` and says why in its note.
 * @param attributes of what exists already: how large a snapshot is shows only then
 */
export function digitalOceanPrice(
  type: ResourceType,
  specifications: JsonObject,
  _region: string,
  attributes: JsonObject = {},
): PriceLine[] {
  return pricing[type]?.(specifications, attributes) ?? []
}

type Pricing = (specifications: JsonObject, attributes: JsonObject) => PriceLine[]

const pricing: { readonly [T in ResourceType]?: Pricing } = {
  machine: ({ size, backups }) => machine(size, backups),
  volume: ({ size_gb }) => [times('volume.storage', Number(size_gb), `volume ${size_gb} GiB`)],
  snapshot,
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

function snapshot({ volume }: JsonObject, { size_gb }: JsonObject): PriceLine[] {
  const key = volume === undefined ? 'snapshot.droplet' : 'snapshot.volume'
  if (typeof size_gb === 'number') return [times(key, size_gb, 'snapshot')]
  const note = `$${price(key).price} per GB and month: how large it is shows when it is made`
  return [{ ...times(key, 0, 'snapshot'), monthly: null, note }]
}

function machine(slug: unknown, backups: unknown): PriceLine[] {
  const size = digitalOcean.sizes.get(String(slug))
  if (!size)
    return [unknown(`machine ${typeof slug === 'string' ? slug : 'by need'}`, 'no price of this size is known')]
  const included =
    size.transfer_tb === undefined ? {} : { note: `${size.transfer_tb} TB of outbound transfer included` }
  const line: PriceLine = { ...machineRate(size), ...sourced(size), ...included }
  if (!backups) return [line]
  const plan = typeof backups === 'object' && 'plan' in backups && backups.plan === 'daily' ? 'daily' : 'weekly'
  const share = price(`backup.${plan}`)
  const note = `${share.price * 100}% of the machine`
  return [line, { item: `backups ${plan}`, monthly: size.monthly * share.price, ...sourced(share), note }]
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
