import { billing, prices, type Size, sizeOf } from '../data/catalogue.ts'
import { nodePrice } from '../data/database-catalogue.ts'
import type {
  Database,
  Droplet,
  Image,
  LoadBalancer,
  ReservedIp,
  UsageItem,
  Volume,
  VolumeSnapshot,
} from '../records/types.ts'

// What each resource is billed for, as values: DigitalOcean's price list, by the hour up to a monthly cap.

/** A price that is told by the month runs to it in 672 hours, as droplets' do. */
function monthly(amount: number): UsageItem['price'] {
  return { hourly: amount / billing.monthlyCapHours, monthly: amount }
}

const perUnit = (key: string, units: number): Pick<UsageItem, 'price'> => {
  const price = prices.get(key)
  return price === undefined ? {} : { price: monthly(price * units)! }
}

export function dropletItems({ name, size: slug, region, features, backupPolicy }: Droplet): UsageItem[] {
  const size = sizeOf(slug)!
  const droplet = {
    product: 'Droplets',
    description: `${name} (${slug})`,
    sku: slug,
    region,
    price: dropletPrice(size),
    minimum: true,
  }
  if (!features.includes('backups')) return [droplet]
  const plan = backupPolicy?.plan ?? 'weekly'
  const share = prices.get(`backup.${plan}`) ?? 0
  const price = { hourly: droplet.price.hourly * share, monthly: droplet.price.monthly * share }
  const backups = {
    ...droplet,
    product: 'Backups',
    description: `${name} (${plan} backups)`,
    sku: `${slug}-${plan}`,
    price,
  }
  return [droplet, { ...backups, minimum: false }]
}

/** GPU droplets run to 744 hours: their monthly price is the cap in either case. */
const dropletPrice = (size: Size) => ({ hourly: size.price_hourly, monthly: size.price_monthly })

const plain = (product: string, description: string, sku: string, region: string) => ({
  product,
  description,
  sku,
  region,
  minimum: false,
})

export const volumeItems = ({ name, sizeGb, region }: Volume): UsageItem[] => [
  { ...plain('Volumes', `${name} (${sizeGb} GiB)`, `volume-${sizeGb}`, region), ...perUnit('volume.storage', sizeGb) },
]

export const volumeSnapshotItems = ({ name, sizeBytes, region }: VolumeSnapshot): UsageItem[] => [
  { ...plain('Snapshots', name, 'volume-snapshot', region), ...perUnit('snapshot.volume', sizeBytes / 2 ** 30) },
]

/** Backups are billed with their droplet. */
export function imageItems({ name, sizeBytes, regions, type, status }: Image): UsageItem[] {
  if (status === 'deleted' || type === 'backup') return []
  return [{ ...plain('Snapshots', name, 'image', regions[0] ?? ''), ...perUnit('snapshot.droplet', sizeBytes / 1e9) }]
}

export const loadBalancerItems = ({ name, sizeUnit, region }: LoadBalancer): UsageItem[] => [
  {
    ...plain('Load Balancers', `${name} (${sizeUnit} nodes)`, `lb-${sizeUnit}`, region),
    ...perUnit('loadbalancer.regional.node', sizeUnit),
  },
]

/** Billed only while no droplet holds it. */
export const reservedIpItems = ({ id, region, droplet }: ReservedIp): UsageItem[] =>
  droplet === undefined
    ? [{ ...plain('Reserved IPs', `Unused ${id}`, 'reserved-ip', region), ...perUnit('reserved_ip.unassigned', 1) }]
    : []

/** Nodes and read replicas; a standby costs what the first node costs. */
export function databaseItems({ name, engine, size, nodes, region, replicas }: Database): UsageItem[] {
  const item = (label: string, slug: string, count: number, where: string): UsageItem => {
    const price = nodePrice(engine, slug)
    const about = plain(
      'Database Clusters',
      `${label} (${engine} ${slug} × ${count})`,
      `db-${label}-${slug}-${count}`,
      where,
    )
    return { ...about, ...(price !== undefined && { price: monthly(price * count)! }) }
  }
  return [
    item(name, size, nodes, region),
    ...replicas.map((replica) => item(replica.name, replica.size, 1, replica.region)),
  ]
}
