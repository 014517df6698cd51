import type { JsonObject, ResourceDriver, ResourceType, Risk } from '@atlas/core'
import type { MemoryRecord } from './cloud.ts'

/** What is particular about a resource type here; everything else is the same for all (resource.ts). */
export interface Kind {
  stamping: ResourceDriver['stamping']
  /** USD a month, flat: the cloud is imaginary and so is its price. */
  monthly: number
  /** What is lost with it. */
  holds?: string
  /** Fields whose change needs another one, and why. */
  replace?: Record<string, string>
  /** Fields read at creation only: a change of them changes nothing. */
  once?: string[]
  /** Fields that grow in place; a smaller value needs another one. */
  grows?: string[]
  /** What stops while a field changes in place. */
  risks?: Record<string, Risk>
  /** May the new one exist beside the old? Not where both would have the same name or data. */
  deleteFirst?: true
  /** The cloud gives ids out again: a name, an address. */
  idOf?: (specifications: JsonObject, address: string) => string
  /** Attributes beside `id`: they are there once it is ready. */
  whenReady?: (record: MemoryRecord) => JsonObject
}

const elsewhere = 'it cannot move to another private network'

export const kinds: Record<ResourceType, Kind> = {
  machine: {
    stamping: 'tags',
    monthly: 6,
    holds: 'its disk',
    replace: { image: 'another image needs another disk', user_data: 'it runs at the first boot only', vpc: elsewhere },
    once: ['ssh_keys', 'monitoring'],
    risks: { size: { downtime: 'powered off for about a minute' } },
    whenReady: ({ name, address }) => ({ name, public_ip: address, private_ip: address.replace(/^10\./, '172.') }),
  },
  volume: {
    stamping: 'tags',
    monthly: 1,
    holds: 'its data',
    replace: { filesystem: 'formatting it anew erases the data' },
    once: ['description', 'snapshot'],
    grows: ['size_gb'],
    whenReady: ({ name }) => ({ name, device: `/dev/disk/by-id/memory-${name}` }),
  },
  database: {
    stamping: 'tags',
    monthly: 15,
    holds: 'its data',
    replace: { engine: 'data is not carried from engine to engine', vpc: elsewhere },
    grows: ['version', 'storage_gb'],
    whenReady: ({ id, address }) => ({
      host: `${id}.db.memory`,
      private_host: address,
      port: 5432,
      database: 'defaultdb',
      user: 'admin',
    }),
  },
  load_balancer: {
    stamping: 'name',
    monthly: 12,
    replace: { vpc: elsewhere },
    whenReady: ({ address }) => ({ ip: address }),
  },
  firewall: { stamping: 'name', monthly: 0 },
  vpc: {
    stamping: 'tags',
    monthly: 0,
    replace: { ip_range: 'its addresses are given out' },
    whenReady: ({ specifications }) => ({ ip_range: specifications.ip_range ?? '10.0.0.0/8' }),
  },
  ssh_key: {
    stamping: 'name',
    monthly: 0,
    replace: { public_key: 'another key is another key' },
    whenReady: ({ id }) => ({ fingerprint: `fingerprint-of-${id}` }),
  },
  snapshot: {
    stamping: 'tags',
    monthly: 1,
    holds: 'the copy',
    once: ['machine', 'volume'],
    whenReady: () => ({ size_gb: 1 }),
  },
  domain: {
    stamping: 'none',
    monthly: 0,
    replace: { name: 'another name is another domain' },
    idOf: (specifications) => String(specifications.name),
    whenReady: ({ name }) => ({ name }),
  },
  dns_record: {
    stamping: 'none',
    monthly: 0,
    replace: { domain: 'it belongs to one domain', type: 'another type is another record' },
    deleteFirst: true,
    whenReady: ({ specifications: { name, domain } }) => ({
      fqdn: (name ?? '@') === '@' ? domain! : `${name}.${domain}`,
    }),
  },
  reserved_ip: {
    stamping: 'none',
    monthly: 5,
    idOf: (_, address) => address,
    whenReady: ({ address }) => ({ ip: address }),
  },
}
