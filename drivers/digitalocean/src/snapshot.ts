import {
  AtlasError,
  type CreateRequest,
  type Observed,
  physicalName,
  type ResourceDriver,
  referableAttributes,
  type Stamp,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { isBusy, removal } from './errors.ts'
import { isOfStep } from './names.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'
import { stampIn, stampInText, stampTags, stampText } from './stamp.ts'
import { forgetStamp } from './tags.ts'

type Snapshot = Schema['snapshots']

/**
 * A copy of a disk. Of a volume it is there at once, with tags. Of a machine the cloud gives back an action, and has
 * no snapshot until that is done: the stamp is in the name, and `<droplet>/<stamp>` is its id here from the first
 * moment to the last. References read `attributes.id`, which is the cloud's in both cases.
 * @param listLagMs how long a finished copy may be missing from listings
 */
export function snapshot(api: Api, listLagMs: number): ResourceDriver {
  const all = (signal: AbortSignal | undefined, only?: 'droplet') =>
    pages(async (query) => {
      const params = { query: { ...query, ...(only && { resource_type: only }) } }
      const { snapshots = [], meta } = await bodyOf(api({ signal }).GET('/v2/snapshots', { params }))
      return { items: snapshots, total: meta.total ?? 0 }
    })

  /** While the copy is being made nothing but the machine's action tells of it. */
  async function ofMachine(id: string, signal: AbortSignal | undefined): Promise<Observed> {
    const droplet = id.split('/')[0]!
    const params = { path: { droplet_id: Number(droplet) } }
    const { actions = [] } = await bodyOf(api({ signal }).GET('/v2/droplets/{droplet_id}/actions', { params }))
    const copying = actions.find(({ type }) => type === 'snapshot')
    for await (const one of all(signal, 'droplet')) if (idOf(one) === id) return observe(one)
    const fresh = Date.now() - Date.parse(copying?.completed_at ?? '') < listLagMs
    if (copying?.status === 'in-progress' || (copying?.status === 'completed' && fresh)) return copyInProgress(id)
    throw new AtlasError('cloud_missing', `DigitalOcean has no snapshot ${id}.`)
  }

  async function copyMachine(droplet: string, { name, stamp, gate, signal }: CreateRequest): Promise<Observed> {
    for await (const one of all(signal, 'droplet')) if (isOfStep(stampInText(one.name), stamp)) return observe(one)
    const copy = { type: 'snapshot', name: `${name} ${stampText(stamp)}` } as const
    const params = { path: { droplet_id: Number(droplet) } }
    try {
      await api({ gate, signal }).POST('/v2/droplets/{droplet_id}/actions', { params, body: copy })
    } catch (error) {
      if (!isBusy(error)) throw error
      throw new AtlasError('cloud_unavailable', `Machine ${droplet} is busy with something else.`, { cause: error })
    }
    return copyInProgress(`${droplet}/${stampText(stamp)}`)
  }

  async function copyVolume(volume: string, { identity, stamp, gate, signal }: CreateRequest): Promise<Observed> {
    const params = { path: { volume_id: volume } }
    const body = { name: physicalName(identity), tags: stampTags(stamp) }
    const made = await bodyOf(api({ gate, signal }).POST('/v2/volumes/{volume_id}/snapshots', { params, body }))
    return observe(sent(made.snapshot, 'the snapshot'))
  }

  return {
    type: 'snapshot',
    attributes: referableAttributes.snapshot,
    stamping: 'tags',
    holdsData: () => 'the copy',
    price: priceOf('snapshot'),
    // It is of one moment: what it was made of may be gone, or be another by now.
    diff: () => ({ kind: 'unchanged' }),
    describe: ({ live }) => ({ specifications: live }),

    async *list({ owner, signal }) {
      for await (const one of all(signal)) {
        const observed = observe(one)
        if (!owner || observed.stamp?.owner === owner) yield observed
      }
    },

    async get(id, signal) {
      if (id.includes('/')) return ofMachine(id, signal)
      const params = { path: { snapshot_id: id } }
      const { snapshot } = await bodyOf(api({ signal }).GET('/v2/snapshots/{snapshot_id}', { params }))
      return observe(sent(snapshot, 'the snapshot'))
    },

    create: (request) =>
      request.specifications.machine === undefined
        ? copyVolume(String(request.specifications.volume), request)
        : copyMachine(String(request.specifications.machine), request),

    update: async () => {},

    // A copy that is still being made has no id yet: it is removed when it is asked for again.
    async remove({ id, attributes, stamp }, context) {
      if (attributes.id === undefined) return 'again'
      const params = { path: { snapshot_id: String(attributes.id) } }
      const answer = await removal(api(context).DELETE('/v2/snapshots/{snapshot_id}', { params }))
      if (!answer && !id.includes('/')) await forgetStamp(api, stamp, context)
      return answer
    },
  }
}

/** Of a machine's copy that Atlas made, what `create` gave back; of any other the cloud's id. */
function idOf({ id, name, resource_id, resource_type }: Snapshot): string {
  const stamp = stampInText(name)
  return resource_type === 'droplet' && stamp ? `${resource_id}/${stampText(stamp)}` : id
}

function observe(record: Snapshot): Observed {
  const ofMachine = record.resource_type === 'droplet'
  return {
    ...identified(idOf(record), ofMachine ? stampInText(record.name) : stampIn(record.tags ?? [])),
    name: record.name,
    phase: 'ready',
    attributes: { id: record.id, size_gb: record.size_gigabytes },
    live: { [ofMachine ? 'machine' : 'volume']: record.resource_id },
  }
}

const copyInProgress = (id: string): Observed => ({
  ...identified(id, stampInText(id)),
  name: id,
  phase: 'pending',
  reason: 'the disk is being copied',
  attributes: {},
  live: { machine: id.split('/')[0]! },
})

const identified = (id: string, stamp: Stamp | undefined) => ({
  id,
  physicalId: `digitalocean:snapshot:${id}`,
  stamp,
})
