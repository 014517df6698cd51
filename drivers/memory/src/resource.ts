import {
  AtlasError,
  canonical,
  difference,
  digitalOceanPrice,
  identityHash,
  type JsonObject,
  type Observed,
  physicalName,
  type ResourceDriver,
  type ResourceType,
  referableAttributes,
} from '@atlas/core'
import type { MemoryCloud, MemoryRecord } from './cloud.ts'
import type { Verb } from './faults.ts'
import { kinds } from './kinds.ts'

const pageSize = 200

/** One resource type of the memory cloud, for one worker. */
export function resource(cloud: MemoryCloud, type: ResourceType, worker: string): ResourceDriver {
  const kind = kinds[type]
  const wanted = (specifications: JsonObject, live?: JsonObject) =>
    kind.wanted?.(specifications, live) ?? specifications
  const call = (verb: Verb, id?: string) => ({ worker, verb, type, ...(id && { id }) })

  return {
    type,
    attributes: referableAttributes[type],
    stamping: kind.stamping,
    ...(kind.idOf && { reusesIds: true }),
    describe: ({ live }) => ({ specifications: live }),
    holdsData: () => kind.change.holds,
    diff: (want, observed) => difference(kind.change, wanted(want, observed.live), observed.live),
    // It offers what DigitalOcean offers, at the same prices: an estimate and a plan say the same.
    price: (specifications, region, attributes) => digitalOceanPrice(type, specifications, region, attributes),

    async *list({ owner, signal }) {
      for (let from = 0; ; from += pageSize) {
        const page = await cloud.request(call('list'), { signal }, () =>
          cloud
            .listed(type)
            .filter((record) => owner === undefined || kind.stamping !== 'tags' || record.stamp?.owner === owner)
            .slice(from, from + pageSize),
        )
        yield* page.map((record) => observe(record))
        if (page.length < pageSize) return
      }
    },

    get: (id, signal) => cloud.request(call('get', id), { signal }, () => observe(existing(cloud, type, id), id)),

    // The stamp goes into the call itself: whatever becomes of the answer, the resource says whose it is.
    create: ({ identity, stamp, name, region, specifications: described, gate, signal }) =>
      cloud.request(call('create'), { gate, signal }, () => {
        const specifications = wanted(described)
        const named = kind.stamping === 'name' ? physicalName(identity) : String(specifications.hostname ?? name)
        const before = takes(cloud, type, named, specifications)
        if (before) return observe(before, before.name === named ? before.id : `${before.id}~${identityHash(identity)}`)
        const made = { type, name: named, region, specifications, ...(kind.stamping === 'tags' && { stamp }) }
        return observe(cloud.add(made))
      }),

    // One change a call: the engine reads again and calls again until `diff` finds nothing.
    update: (observed, want, { gate, signal }) =>
      cloud.request(call('update', observed.id), { gate, signal }, () => {
        const record = existing(cloud, type, observed.id)
        const next = wanted(want, record.specifications)
        const change = difference(kind.change, next, record.specifications)
        const field = change.kind === 'update' && change.fields[0]?.field.slice(1)
        if (field) cloud.change(record, withField(record.specifications, field, next))
      }),

    async remove(observed, { gate, signal }) {
      if (observed.id.includes('~')) return 'kept'
      await cloud.request(call('remove', observed.id), { gate, signal }, () => {
        const record = cloud.find(type, observed.id)
        if (!record) return
        refuseWhileUsed(cloud, record)
        cloud.drop(record)
      })
      return undefined
    },

    ...(kind.stamping === 'tags' && {
      mark: (observed, stamp, { gate, signal }) =>
        cloud.request(call('update', observed.id), { gate, signal }, () => {
          existing(cloud, type, observed.id).stamp = stamp
        }),
    }),

    ...(kind.stamping === 'none' && {
      matches: (request, observed) => canonical(request.specifications) === canonical(observed.live),
    }),
  }
}

/** What already has the name (an earlier attempt made it) or, for a key, the same public key (its owner made it). */
function takes(cloud: MemoryCloud, type: ResourceType, name: string, wanted: JsonObject): MemoryRecord | undefined {
  if (kinds[type].stamping === 'name') {
    const sameKey = (record: MemoryRecord) =>
      type === 'ssh_key' && record.specifications.public_key === wanted.public_key
    return cloud.records(type).find((record) => record.name === name || sameKey(record))
  }
  if (type === 'domain' && cloud.find(type, String(wanted.name)))
    throw new AtlasError('not_ours', `The domain ${wanted.name} exists, but Atlas did not make it.`)
  return undefined
}

/** A network with members stays: deletions have to come in the order of the edges. */
function refuseWhileUsed(cloud: MemoryCloud, { type, id, name }: MemoryRecord): void {
  const user = cloud.records().find((record) => type === 'vpc' && record.specifications.vpc === id)
  if (user)
    throw new AtlasError('cloud_refused', `memory refuses to delete ${name}: ${user.type} ${user.name} is in it`)
}

/** Only what is certainly gone is missing. A key that was there before Atlas is found under `<id>~<identity>`. */
function existing(cloud: MemoryCloud, type: ResourceType, id: string): MemoryRecord {
  const record = cloud.find(type, id.split('~')[0]!)
  if (!record) throw new AtlasError('cloud_missing', `memory has no ${type} ${id}`)
  return record
}

function observe(record: MemoryRecord, id = record.id): Observed {
  const made = record.readyAt <= Date.now()
  const waits =
    (record.removedAt !== undefined && 'it is being deleted') ||
    (!made && 'it is being made') ||
    (record.busyUntil > Date.now() && 'it is being changed')
  return {
    id,
    physicalId: `memory:${record.type}:${id}`,
    name: record.name,
    stamp: record.stamp,
    region: record.region,
    phase: waits ? 'pending' : 'ready',
    ...(waits && { reason: waits }),
    attributes: { id: record.id, ...(made && kinds[record.type].whenReady?.(record)) },
    live: record.specifications,
  }
}

function withField(specifications: JsonObject, field: string, want: JsonObject): JsonObject {
  const { [field]: _, ...others } = specifications
  return want[field] === undefined ? others : { ...others, [field]: want[field] }
}
