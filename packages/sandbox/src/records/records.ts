import type { Store } from './store.ts'
import type * as Types from './types.ts'

/** The key under which a tag is found, however it is spelt. */
export const tagKey = (name: string): string => name.toLowerCase()

const byTag = { tag: (record: { tags: string[] }) => record.tags.map(tagKey) }

/** Every collection of the cloud, read from the store. */
export function openRecords(store: Store) {
  return {
    sequences: store.collection<{ id: string; last: number }>('sequence'),
    meta: store.collection<{ id: string; value: unknown }>('meta'),
    droplets: store.collection<Types.Droplet>('droplet', {
      indexes: {
        ...byTag,
        vpc: (droplet) => [droplet.vpc],
        address: (droplet) => [droplet.address],
        privateAddress: (droplet) => [`${droplet.vpc} ${droplet.privateAddress}`],
      },
    }),
    keys: store.collection<Types.SshKey>('ssh_key', { indexes: { fingerprint: (key) => [key.fingerprint] } }),
    images: store.collection<Types.Image>('image', {
      indexes: { ...byTag, droplet: (image) => (image.droplet === undefined ? [] : [image.droplet]) },
    }),
    vpcs: store.collection<Types.Vpc>('vpc', { indexes: { region: (vpc) => [vpc.region] } }),
    volumes: store.collection<Types.Volume>('volume', {
      indexes: {
        ...byTag,
        droplet: (volume) => (volume.droplet === undefined ? [] : [volume.droplet]),
        name: (volume) => [`${volume.region} ${volume.name}`],
      },
    }),
    tags: store.collection<Types.Tag>('tag'),
    volumeSnapshots: store.collection<Types.VolumeSnapshot>('volume_snapshot', {
      indexes: { ...byTag, volume: (snapshot) => [snapshot.volume] },
    }),
    reservedIps: store.collection<Types.ReservedIp>('reserved_ip', {
      indexes: { droplet: ({ droplet }) => (droplet === undefined ? [] : [droplet]) },
    }),
    domains: store.collection<Types.Domain>('domain'),
    domainRecords: store.collection<Types.DomainRecord>('domain_record', {
      indexes: { domain: (record) => [record.domain] },
    }),
    projects: store.collection<Types.Project>('project'),
    assignments: store.collection<Types.Assignment>('assignment', { indexes: { project: (each) => [each.project] } }),
    loadBalancers: store.collection<Types.LoadBalancer>('load_balancer', {
      indexes: {
        vpc: (balancer) => [balancer.vpc],
        address: (balancer) => [balancer.address],
        name: (balancer) => [balancer.name.toLowerCase()],
      },
    }),
    databases: store.collection<Types.Database>('database', {
      indexes: {
        ...byTag,
        vpc: (database) => [database.vpc],
        name: (database) => [database.name],
        address: ({ address }) => (address === undefined ? [] : [address]),
      },
    }),
    usage: store.collection<Types.Usage>('usage', {
      indexes: { open: ({ resource, end }) => (end === undefined ? [resource] : []) },
    }),
    peerings: store.collection<Types.VpcPeering>('vpc_peering', { indexes: { vpc: ({ vpcs }) => vpcs } }),
    alertPolicies: store.collection<Types.AlertPolicy>('alert_policy'),
    destructions: store.collection<Types.Destruction>('destruction'),
    firewalls: store.collection<Types.Firewall>('firewall', { indexes: byTag }),
    actions: store.collection<Types.Action>('action', {
      indexes: { resource: ({ resourceType, resource }) => [`${resourceType}:${resource}`] },
    }),
  }
}

export type Records = ReturnType<typeof openRecords>
