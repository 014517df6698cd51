import { type ChangeRules, type JsonObject, type ResourceDriver, type ResourceType, withTargets } from '@atlas/core'
import type { MemoryRecord } from './cloud.ts'

/** What is particular about a resource type here; everything else is the same for all (resource.ts). */
export interface Kind {
  stamping: ResourceDriver['stamping']
  change: ChangeRules
  /** Where others than who describes it have a say: what is wanted, given what is there. */
  wanted?: (specifications: JsonObject, live?: JsonObject) => JsonObject
  /** Where the cloud gives ids out again: a name, an address. */
  idOf?: (specifications: JsonObject, address: string) => string
  /** Attributes beside `id`: they are there once it is ready. */
  whenReady?: (record: MemoryRecord) => JsonObject
}

const elsewhere = { replaces: 'it cannot move to another private network', anyWill: 'absent' } as const

export const kinds: Record<ResourceType, Kind> = {
  machine: {
    stamping: 'tags',
    change: {
      holds: 'its disk',
      fields: {
        size: { risk: { downtime: 'powered off for about a minute' } },
        image: { replaces: 'another image needs another disk' },
        user_data: { replaces: 'it runs at the first boot only' },
        vpc: elsewhere,
        hostname: { anyWill: 'absent' },
        ssh_keys: { anyWill: 'always' },
        monitoring: { anyWill: 'always' },
      },
    },
    whenReady: ({ name, address, specifications: { hostname } }) => ({
      name: hostname ?? name,
      public_ip: address,
      private_ip: address.replace(/^10\./, '172.'),
    }),
  },
  volume: {
    stamping: 'tags',
    change: {
      holds: 'its data',
      fields: {
        size_gb: { growsIn: 'GiB' },
        filesystem: { replaces: 'formatting it anew erases the data' },
        description: { anyWill: 'always' },
        snapshot: { anyWill: 'always' },
      },
    },
    whenReady: ({ name }) => ({ name, device: `/dev/disk/by-id/memory-${name}` }),
  },
  database: {
    stamping: 'tags',
    change: {
      holds: 'its data',
      fields: {
        engine: { replaces: 'data is not carried from engine to engine' },
        version: {
          anyWill: 'absent',
          replaces: (from, to) => (Number(to) < Number(from) ? 'there is no way back to a lower version' : undefined),
        },
        storage_gb: { growsIn: 'GiB', anyWill: 'absent' },
        vpc: elsewhere,
      },
    },
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
    change: { fields: { vpc: elsewhere } },
    wanted: withTargets,
    whenReady: ({ address }) => ({ ip: address }),
  },
  firewall: { stamping: 'name', change: { fields: {} } },
  vpc: {
    stamping: 'tags',
    change: { fields: { ip_range: { anyWill: 'absent', replaces: 'its addresses are given out' } } },
    whenReady: ({ specifications }) => ({ ip_range: specifications.ip_range ?? '10.0.0.0/8' }),
  },
  ssh_key: {
    stamping: 'name',
    change: { fields: { public_key: { replaces: 'another key is another key' } } },
    whenReady: ({ id }) => ({ fingerprint: `fingerprint-of-${id}` }),
  },
  snapshot: {
    stamping: 'tags',
    change: { holds: 'the copy', fields: { machine: { anyWill: 'always' }, volume: { anyWill: 'always' } } },
    whenReady: () => ({ size_gb: 1 }),
  },
  domain: {
    stamping: 'none',
    change: { fields: { name: { replaces: 'another name is another domain' } } },
    idOf: (specifications) => String(specifications.name),
    whenReady: ({ name }) => ({ name }),
  },
  dns_record: {
    stamping: 'none',
    change: {
      deleteFirst: true,
      fields: {
        domain: { replaces: 'it belongs to one domain' },
        type: { replaces: 'another type is another record' },
      },
    },
    whenReady: ({ specifications: { name, domain } }) => ({ fqdn: name === '@' ? domain! : `${name}.${domain}` }),
  },
  reserved_ip: {
    stamping: 'none',
    change: { fields: {} },
    idOf: (_, address) => address,
    whenReady: ({ address }) => ({ ip: address }),
  },
}
