import type { Infrastructure, Resource } from '../spec/infrastructure.ts'
import { isSizeNeed } from '../spec/need.ts'
import { type Catalogue, catalogueOf, digitalOcean } from './catalogue.ts'
import { type Elsewhere, elsewhere, hoursElsewhere, type SizeElsewhere, unknownElsewhere } from './elsewhere.ts'
import { cents, type Estimate, type EstimatedResource, estimate, sum } from './estimate.ts'
import type { PriceLine } from './price.ts'

/** What a description would cost with one provider. */
export interface Comparison extends Pick<Estimate, 'currency' | 'monthly' | 'catalogueDate' | 'unpriced'> {
  provider: string
  region: string
  resources: Compared[]
}

export interface Compared extends Omit<EstimatedResource, 'type'> {
  type: EstimatedResource['type'] | 'transfer'
}

/**
 * The same need at every provider whose prices are known, the described one first. A size is turned into what it has,
 * and each provider's cheapest size that has as much is taken. What a provider has no priced equivalent for is named in
 * `unpriced`, so a sum is only as complete as that list is empty.
 * @throws AtlasError `spec_invalid`, as an estimate does
 */
export function compare(infrastructure: Infrastructure): Comparison[] {
  const { provider, region } = infrastructure
  const catalogue = catalogueOf(provider) ?? digitalOcean
  const { currency, monthly, catalogueDate, unpriced, resources, transfer } = estimate(infrastructure)
  const here = [...resources, ...transfer.lines.map((line) => named('transfer', 'transfer', [line]))]
  return [
    { provider, region, currency, monthly, catalogueDate, unpriced, resources: here },
    ...elsewhere.map((cloud) => at(cloud, infrastructure, catalogue)),
  ]
}

function at(cloud: Elsewhere, { resources, expected_transfer_gb }: Infrastructure, from: Catalogue): Comparison {
  const priced = resources.map((resource) => named(resource.name, resource.type, linesAt(cloud, resource, from)))
  const transfer =
    expected_transfer_gb === undefined ? [] : [named('transfer', 'transfer', [cloud.transfer(expected_transfer_gb)])]
  const all = [...priced, ...transfer]
  const lines = all.flatMap(({ name, lines }) => lines.map((line) => ({ ...line, name })))
  return {
    provider: cloud.provider,
    region: cloud.region,
    currency: 'USD',
    monthly: cents(lines.reduce((total, { monthly }) => total + (monthly ?? 0), 0)),
    catalogueDate: cloud.sizes.reduce((latest, { asOf }) => (asOf > latest ? asOf : latest), ''),
    resources: all,
    unpriced: lines.filter(({ monthly }) => monthly === null).map(({ name, item }) => `${name}: ${item}`),
  }
}

const named = (name: string, type: Compared['type'], lines: PriceLine[]): Compared => ({
  name,
  type,
  monthly: sum(lines),
  lines,
})

function linesAt(cloud: Elsewhere, { type, specifications }: Resource, from: Catalogue): PriceLine[] {
  switch (type) {
    case 'machine':
      return machineAt(cloud, specifications, from)
    case 'volume':
      return [cloud.disk(Number(specifications.size_gb))]
    case 'load_balancer':
      return [cloud.load_balancer(specifications)]
    case 'reserved_ip':
      return [cloud.reserved_ip(specifications.machine !== undefined)]
    case 'domain':
      return [cloud.domain()]
    case 'database':
    case 'snapshot':
      return [unknownElsewhere(type)]
    // Free of charge in all of them.
    case 'firewall':
    case 'vpc':
    case 'ssh_key':
    case 'dns_record':
      return []
  }
}

/** A machine there has no disk of its own: one is added, of the size that the machine has here. */
function machineAt(cloud: Elsewhere, { size, backups }: Resource['specifications'], from: Catalogue): PriceLine[] {
  const need = needOf(size, from)
  if (!need) return [unknownElsewhere(`machine ${String(size)}`, 'what this size has is not known')]
  const found = cheapest(cloud.sizes, need)
  if (!found) return [unknownElsewhere('machine', `no size with ${need.vcpus} vCPU and ${need.memory_gb} GiB is known`)]
  const { slug, hourly, vcpus, memory_mb, source, asOf } = found
  const note = `${vcpus} vCPU, ${memory_mb / 1024} GiB`
  return [
    { item: `machine ${slug}`, monthly: hourly * hoursElsewhere, hourly, source, asOf, note },
    need.disk_gb === undefined
      ? unknownElsewhere('disk', 'how large it has to be is not said')
      : cloud.disk(need.disk_gb),
    ...(backups ? [unknownElsewhere('backups')] : []),
  ]
}

interface Need {
  vcpus: number
  memory_gb: number
  disk_gb?: number | undefined
}

function needOf(size: unknown, { sizes }: Catalogue): Need | undefined {
  if (isSizeNeed(size)) return size
  const known = sizes.get(String(size))
  return known && { vcpus: known.vcpus, memory_gb: known.memory_mb / 1024, disk_gb: known.disk_gb }
}

const cheapest = (sizes: readonly SizeElsewhere[], { vcpus, memory_gb }: Need): SizeElsewhere | undefined =>
  sizes
    .filter((size) => size.vcpus >= vcpus && size.memory_mb >= memory_gb * 1024 && !isArm(size))
    .toSorted((a, b) => a.hourly - b.hourly || b.memory_mb - a.memory_mb || (a.slug < b.slug ? -1 : 1))[0]

/** Images made for what runs here do not run there. Azure says it with a `p` behind the family: `B#pls_v2`. */
const isArm = ({ arch, class: family }: SizeElsewhere): boolean => arch === 'arm64' || /#[a-z]*p/.test(family)
