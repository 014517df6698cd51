import {
  type ChangeRules,
  difference,
  type JsonObject,
  type Observed,
  physicalName,
  type Resolved,
  type ResourceDriver,
  referableAttributes,
  type SpecificationsOf,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { removal, unlessBusy } from './errors.ts'
import { ofStep, orEarlier } from './names.ts'
import { present, tagSet } from './order.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'
import { stampIn, stampTags, userTags } from './stamp.ts'
import { forgetStamp, markTags, syncTags } from './tags.ts'

const rules: ChangeRules = {
  holds: 'the data on it',
  fields: {
    size_gb: { growsIn: 'GiB' },
    filesystem: { replaces: 'formatting it anew erases its data' },
    description: { anyWill: 'always' },
    snapshot: { anyWill: 'always' },
    region: { anyWill: 'always' },
  },
}

/**
 * Block storage. Its name is unique in a region, its tags carry the stamp. Attaching, detaching and growing are actions
 * that take seconds; a volume does not say that one runs, so what is refused meanwhile is asked for again.
 */
export function volume(api: Api, listLagMs: number): ResourceDriver {
  const named = async (name: string, region: string, signal: AbortSignal | undefined) => {
    const params = { query: { name, region: region as Region } }
    return (await bodyOf(api({ signal }).GET('/v2/volumes', { params }))).volumes?.[0]
  }

  return {
    type: 'volume',
    attributes: referableAttributes.volume,
    stamping: 'tags',
    holdsData: () => rules.holds,
    price: priceOf('volume'),
    diff: (want, { live }) => change(want, live),

    describe({ live: { size_gb, filesystem, description, tags, machine } }) {
      const known = { size_gb, filesystem, description, tags, machine }
      const unformatted = [{ field: 'filesystem', why: 'the cloud was not told how the volume is formatted' }]
      return { specifications: present(known), ...(filesystem === '' && { unread: unformatted }) }
    },

    async mark({ id }, stamp, context) {
      const params = { path: { volume_id: id } }
      const { volume } = await bodyOf(api({ signal: context.signal }).GET('/v2/volumes/{volume_id}', { params }))
      await markTags(api, { type: 'volume', id, tags: sent(volume, 'it').tags ?? [] }, stamp, context)
    },

    async *list({ owner, signal }) {
      const volumes = pages(async (query) => {
        const answer = await bodyOf(api({ signal }).GET('/v2/volumes', { params: { query } }))
        return { items: answer.volumes ?? [], total: answer.meta.total ?? 0 }
      })
      for await (const one of volumes) {
        const observed = observe(one)
        if (!owner || observed.stamp?.owner === owner) yield observed
      }
    },

    async get(id, signal) {
      const params = { path: { volume_id: id } }
      return observe(sent((await bodyOf(api({ signal }).GET('/v2/volumes/{volume_id}', { params }))).volume, 'it'))
    },

    async create({ identity, stamp, region, specifications, gate, signal }) {
      const { size_gb, filesystem, description, snapshot, tags } = specifications as SpecificationsOf<'volume'>
      const name = cloudName(physicalName(identity))
      const body = {
        name,
        region: region as Region,
        size_gigabytes: size_gb,
        filesystem_type: filesystem,
        tags: [...stampTags(stamp), ...tags],
        ...(description !== undefined && { description }),
        ...(snapshot !== undefined && { snapshot_id: snapshot }),
      }
      const make = bodyOf(api({ gate, signal }).POST('/v2/volumes', { body }))
      return orEarlier(
        make.then(({ volume }) => observe(sent(volume, 'the volume'))),
        async () => {
          const found = await named(name, region, signal)
          return found && ofStep(observe(found), stamp)
        },
        listLagMs,
      )
    },

    async update({ id, live }, want, context) {
      const difference = change(want, live)
      const changes = (field: string) =>
        difference.kind === 'update' && difference.fields.some((one) => one.field === field)
      const region = live.region as Region
      const act = (body: Action) =>
        unlessBusy(api(context).POST('/v2/volumes/{volume_id}/actions', { params: { path: { volume_id: id } }, body }))

      if (changes('/tags'))
        await syncTags(api, { type: 'volume', id, tags: live.tags as string[] }, want.tags as string[], context)
      if (changes('/size_gb')) await act({ type: 'resize', region, size_gigabytes: Number(want.size_gb) })
      else if (changes('/machine') && live.machine !== undefined)
        await act({ type: 'detach', region, droplet_id: Number(live.machine) })
      else if (changes('/machine')) await act({ type: 'attach', region, droplet_id: Number(want.machine) })
    },

    // An attached volume is not deleted: it is detached first, and asked for again.
    async remove({ id, live, stamp }, context) {
      const params = { path: { volume_id: id } }
      if (live.machine !== undefined) {
        const body = { type: 'detach', region: live.region as Region, droplet_id: Number(live.machine) } as const
        return removal(api(context).POST('/v2/volumes/{volume_id}/actions', { params, body }), 'again')
      }
      const answer = await removal(api(context).DELETE('/v2/volumes/{volume_id}', { params }))
      if (!answer) await forgetStamp(api, stamp, context)
      return answer
    },
  }
}

type Region = Schema['region_slug']
type Action =
  | { type: 'attach' | 'detach'; region: Region; droplet_id: number }
  | { type: 'resize'; region: Region; size_gigabytes: number }

/** DigitalOcean wants a letter in front. */
const cloudName = (name: string) => (/^[a-z]/.test(name) ? name : `v${name}`)

/** A volume that was not formatted by the cloud is what its description says. */
const change = (want: Resolved, { filesystem, ...live }: JsonObject) =>
  difference(
    rules,
    { ...want, tags: tagSet(want.tags) },
    { ...live, tags: tagSet(live.tags), filesystem: filesystem || (want.filesystem ?? '') },
  )

function observe(record: Schema['volume_full']): Observed {
  const [id, name] = [sent(record.id, 'an id'), sent(record.name, 'a name')]
  const machine = record.droplet_ids?.[0]
  return {
    id,
    physicalId: `digitalocean:volume:${id}`,
    name,
    stamp: stampIn(record.tags ?? []),
    ...(record.region?.slug && { region: record.region.slug }),
    phase: 'ready',
    attributes: { id, name, device: `/dev/disk/by-id/scsi-0DO_Volume_${name}` },
    live: {
      size_gb: sent(record.size_gigabytes, 'a size'),
      filesystem: record.filesystem_type ?? '',
      tags: userTags(record.tags),
      description: record.description ?? '',
      region: record.region?.slug ?? '',
      ...(machine !== undefined && { machine: String(machine) }),
    },
  }
}
