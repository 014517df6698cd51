import type { Store } from './store.ts'
import type { Action, Droplet, Firewall, Image, SshKey, Tag, Volume, Vpc } from './types.ts'

/** The key under which a tag is found, however it is spelt. */
export const tagKey = (name: string): string => name.toLowerCase()

const byTag = { tag: (record: { tags: string[] }) => record.tags.map(tagKey) }

/** Every collection of the cloud, read from the store. */
export function openRecords(store: Store) {
  return {
    sequences: store.collection<{ id: string; last: number }>('sequence'),
    meta: store.collection<{ id: string; value: unknown }>('meta'),
    droplets: store.collection<Droplet>('droplet', {
      indexes: {
        ...byTag,
        vpc: (droplet) => [droplet.vpc],
        address: (droplet) => [droplet.address],
        privateAddress: (droplet) => [`${droplet.vpc} ${droplet.privateAddress}`],
      },
    }),
    keys: store.collection<SshKey>('ssh_key', { indexes: { fingerprint: (key) => [key.fingerprint] } }),
    images: store.collection<Image>('image', {
      indexes: { ...byTag, droplet: (image) => (image.droplet === undefined ? [] : [image.droplet]) },
    }),
    vpcs: store.collection<Vpc>('vpc', { indexes: { region: (vpc) => [vpc.region] } }),
    volumes: store.collection<Volume>('volume', {
      indexes: {
        ...byTag,
        droplet: (volume) => (volume.droplet === undefined ? [] : [volume.droplet]),
        name: (volume) => [`${volume.region} ${volume.name}`],
      },
    }),
    tags: store.collection<Tag>('tag'),
    firewalls: store.collection<Firewall>('firewall', { indexes: byTag }),
    actions: store.collection<Action>('action', {
      indexes: { resource: ({ resourceType, resource }) => [`${resourceType}:${resource}`] },
    }),
  }
}

export type Records = ReturnType<typeof openRecords>
