import {
  type JsonObject,
  type Observed,
  type ResourceDriver,
  referableAttributes,
  type SpecificationsOf,
  type Stamp,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import {
  type BackupPolicy,
  backupPolicy,
  backupTag,
  chosenPolicy,
  hasBackups,
  policyTold,
  readPolicies,
  readPolicy,
} from './backups.ts'
import { removal } from './errors.ts'
import { hashOf, machineChange } from './machine-change.ts'
import { changeMachine } from './machine-update.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'
import { stampIn, stampTags, tagOfOwner, userTags } from './stamp.ts'
import { forgetStamp, markTags } from './tags.ts'

type Droplet = Schema['droplet']

/**
 * A Droplet. The API does not tell the user data, and forgets the slug of an image that has been superseded: two tags
 * keep what it was made with, so that a plan neither misses a change nor rebuilds a machine for a new minor image.
 * A third keeps the policy of its backups, which listings leave out.
 */
export function machine(api: Api): ResourceDriver {
  return {
    type: 'machine',
    attributes: referableAttributes.machine,
    stamping: 'tags',
    holdsData: () => 'everything on its disk',
    price: priceOf('machine'),
    diff: (want, { live }) => machineChange(want, live),

    describe({ live }) {
      const { hostname, size, image, backups, monitoring, ipv6, tags, vpc } = live
      return {
        specifications: { hostname, size, image, backups, monitoring, ipv6, tags, ...(vpc && { vpc }) } as JsonObject,
        unread: [
          { field: 'user_data', why: 'the cloud does not tell it; describing one later would replace the machine' },
          { field: 'ssh_keys', why: 'they are read at creation only, and the cloud does not tell them' },
        ],
      }
    },

    async mark({ id, live }, stamp, context) {
      const params = { path: { droplet_id: Number(id) } }
      const { droplet } = await bodyOf(api({ signal: context.signal }).GET('/v2/droplets/{droplet_id}', { params }))
      const tagged = { type: 'droplet', id, tags: sent(droplet, 'the Droplet').tags } as const
      await markTags(api, tagged, stamp, context, birthTags(String(live.image), undefined))
    },

    async *list({ owner, signal }) {
      const droplets = pages(async (query) => {
        const narrowed = owner ? { ...query, tag_name: tagOfOwner(owner) } : query
        const answer = await bodyOf(api({ signal }).GET('/v2/droplets', { params: { query: narrowed } }))
        return { items: answer.droplets ?? [], total: answer.meta.total ?? 0 }
      })
      const doubtful: Droplet[] = []
      for await (const droplet of droplets) {
        const policy = hasBackups(droplet) ? policyTold(droplet) : undefined
        if (hasBackups(droplet) && !policy) doubtful.push(droplet)
        else yield observe(droplet, policy)
      }
      const policies = await readPolicies(
        api,
        doubtful.map(({ id }) => id),
        signal,
      )
      for (const droplet of doubtful) yield observe(droplet, policies.get(droplet.id))
    },

    async get(id, signal) {
      const params = { path: { droplet_id: Number(id) } }
      const droplet = sent(
        (await bodyOf(api({ signal }).GET('/v2/droplets/{droplet_id}', { params }))).droplet,
        'the Droplet',
      )
      return observe(droplet, hasBackups(droplet) ? await readPolicy(api, droplet.id, signal) : undefined)
    },

    async create({ stamp, name, region, specifications, gate, signal }) {
      const droplet = body(specifications as SpecificationsOf<'machine'>, name, region, stamp)
      const answer = await bodyOf(api({ gate, signal }).POST('/v2/droplets', { body: droplet }))
      if (!('droplet' in answer)) throw new TypeError('one machine was asked for')
      return observe(sent(answer.droplet, 'the Droplet'))
    },

    update: (observed, want, context) => changeMachine(api, observed, want, context),

    async remove({ id, stamp }, context) {
      const params = { path: { droplet_id: Number(id) } }
      const answer = await removal(api(context).DELETE('/v2/droplets/{droplet_id}', { params }))
      if (!answer) await forgetStamp(api, stamp, context)
      return answer
    },
  }
}

function body(want: SpecificationsOf<'machine'>, name: string, region: string, stamp: Stamp) {
  const { hostname, size, image, ssh_keys, backups, monitoring, ipv6, user_data, vpc, tags } = want
  const policy = backups !== false && chosenPolicy(backups, name)
  return {
    name: hostname ?? name,
    region,
    size,
    image: idOrSlug(image),
    ssh_keys: ssh_keys.map(idOrSlug),
    backups: backups !== false,
    ...(policy && { backup_policy: policy }),
    monitoring,
    ipv6,
    ...(user_data !== undefined && { user_data }),
    ...(vpc !== undefined && { vpc_uuid: vpc }),
    tags: [...stampTags(stamp), ...birthTags(image, user_data), ...(policy ? [backupTag(policy)] : []), ...tags],
  }
}

/** Snapshots and keys have numbers, images and fingerprints do not. */
const idOrSlug = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text)

const imageTag = 'atlas-image:'
const userDataTag = 'atlas-user-data:'

const birthTags = (image: string, userData: string | undefined) => [
  ...(/^[\w-]+$/.test(image) ? [`${imageTag}${image}`] : []),
  ...(userData === undefined ? [] : [`${userDataTag}${hashOf(userData)}`]),
]

function observe(droplet: Droplet, policy?: BackupPolicy): Observed {
  const id = String(droplet.id)
  const tagged = (prefix: string) => droplet.tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length)
  const address = (type: 'public' | 'private') => droplet.networks.v4?.find((one) => one.type === type)?.ip_address
  const [publicIp, privateIp, ipv6] = [address('public'), address('private'), droplet.networks.v6?.[0]?.ip_address]
  const userData = tagged(userDataTag)
  return {
    id,
    physicalId: `digitalocean:machine:${id}`,
    name: droplet.name,
    stamp: stampIn(droplet.tags),
    ...(droplet.region.slug && { region: droplet.region.slug }),
    ...phaseOf(droplet, publicIp),
    attributes: {
      id,
      name: droplet.name,
      ...(publicIp && { public_ip: publicIp }),
      ...(privateIp && { private_ip: privateIp }),
      ...(ipv6 && { ipv6 }),
    },
    live: {
      hostname: droplet.name,
      size: droplet.size_slug,
      image: imageOf(droplet.image, tagged(imageTag)),
      backups: hasBackups(droplet) && backupPolicy(policy ?? {}),
      monitoring: droplet.features.includes('monitoring'),
      ipv6: droplet.features.includes('ipv6'),
      tags: userTags(droplet.tags),
      ...(userData && { user_data: userData }),
      ...(droplet.vpc_uuid && { vpc: droplet.vpc_uuid }),
      power: droplet.status === 'off' ? 'off' : 'on',
      disk_gb: droplet.disk,
    },
  }
}

/**
 * An image of DigitalOcean's loses its slug when a newer one takes it, and one's own may be deleted: the machine's is
 * still what was asked for.
 */
function imageOf({ id, slug, type }: Droplet['image'], asked: string | undefined): string {
  const own = id !== undefined && type !== 'base'
  return slug ?? (own ? String(id) : (asked ?? String(id ?? '')))
}

function phaseOf({ status, locked }: Droplet, address: string | undefined): Pick<Observed, 'phase' | 'reason'> {
  if (status === 'archive') return { phase: 'failed', reason: 'it is archived' }
  if (status === 'new') return { phase: 'pending', reason: 'it is being made' }
  if (locked) return { phase: 'pending', reason: 'an action is running on it' }
  if (!address) return { phase: 'pending', reason: 'it has no address yet' }
  return { phase: 'ready' }
}
