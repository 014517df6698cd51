import {
  type ChangeRules,
  difference,
  type Json,
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
import { ofStep, orEarlier, withName } from './names.ts'
import { inOrder, present, tagSet } from './order.ts'
import { priceOf } from './price.ts'
import { stampIn, stampTags, tagOfOwner, userTags } from './stamp.ts'
import { forgetStamp, markTags, syncTags } from './tags.ts'

type Want = SpecificationsOf<'database'>
type Cluster = Schema['database_cluster_read']
type TrustedSource = Pick<Schema['firewall_rule'], 'type' | 'value'>

const mibPerGib = 1024

/** Engines that a description knows. */
const engines = new Set(['pg', 'mysql', 'valkey'])

const rules: ChangeRules = {
  holds: 'all databases in it',
  fields: {
    engine: { replaces: 'data is not carried from one engine to another' },
    version: {
      anyWill: 'absent',
      replaces: (from, to) => (Number(to) < Number(from) ? 'there is no way back to an older version' : undefined),
      risk: { downtime: 'it restarts with the new version' },
    },
    size: { risk: { downtime: 'connections break for a moment when it moves to the new size' } },
    storage_gb: { anyWill: 'absent', growsIn: 'GiB' },
    vpc: { anyWill: 'absent', replaces: 'moving it to another network changes its addresses' },
  },
}

/**
 * A managed cluster. The API tells its passwords with every reading: they are never copied from the answer, so they
 * are in no state, plan, event or log.
 */
export function database(api: Api, listLagMs: number): ResourceDriver {
  /** The document knows no pages here: all clusters come at once. */
  async function* all(owner: string | undefined, signal: AbortSignal | undefined) {
    const params = owner ? { query: { tag_name: tagOfOwner(owner) } } : {}
    yield* (await bodyOf(api({ signal }).GET('/v2/databases', { params }))).databases ?? []
  }

  return {
    type: 'database',
    attributes: referableAttributes.database,
    stamping: 'tags',
    holdsData: () => rules.holds,
    price: priceOf('database'),
    diff: (want, { live }) => change(want, live),

    describe: ({ live }) => (engines.has(String(live.engine)) ? { specifications: present(live) } : undefined),

    async mark({ id }, stamp, context) {
      const params = { path: { database_cluster_uuid: id } }
      const get = api({ signal: context.signal }).GET('/v2/databases/{database_cluster_uuid}', { params })
      const { database } = await bodyOf(get)
      await markTags(api, { type: 'database', id, tags: database.tags ?? [] }, stamp, context)
    },

    async *list({ owner, signal }) {
      for await (const one of all(owner, signal)) yield observe(one)
    },

    async get(id, signal) {
      const params = { path: { database_cluster_uuid: id } }
      const { database } = await bodyOf(api({ signal }).GET('/v2/databases/{database_cluster_uuid}', { params }))
      return observe(database)
    },

    async create({ identity, stamp, region, specifications, gate, signal }) {
      const want = specifications as Want
      const body = {
        name: physicalName(identity),
        engine: want.engine,
        ...(want.version !== undefined && { version: want.version }),
        size: want.size,
        region,
        num_nodes: want.num_nodes,
        ...(want.storage_gb !== undefined && { storage_size_mib: want.storage_gb * mibPerGib }),
        ...(want.vpc !== undefined && { private_network_uuid: want.vpc }),
        tags: [...stampTags(stamp), ...want.tags],
        rules: trusted(want),
      }
      const make = bodyOf(api({ gate, signal }).POST('/v2/databases', { body }))
      return orEarlier(
        make.then(({ database }) => observe(database)),
        async () => {
          const found = await withName(all(undefined, signal), body.name)
          return found && ofStep(observe(found), stamp)
        },
        listLagMs,
      )
    },

    // One change after the other: the cluster takes no second one while it is not online.
    async update({ id, live }, wanted, context) {
      const want = wanted as Want
      const found = change(wanted, live)
      const changes = (...fields: string[]) =>
        found.kind === 'update' && found.fields.some(({ field }) => fields.includes(field))
      const params = { path: { database_cluster_uuid: id } }

      if (changes('/tags'))
        await syncTags(api, { type: 'database', id, tags: live.tags as string[] }, want.tags, context)
      if (changes('/trusted_sources'))
        await api(context).PUT('/v2/databases/{database_cluster_uuid}/firewall', {
          params,
          body: { rules: trusted(want) },
        })
      if (changes('/size', '/num_nodes', '/storage_gb')) {
        const storage = want.storage_gb && { storage_size_mib: want.storage_gb * mibPerGib }
        const body = { size: want.size, num_nodes: want.num_nodes, ...storage }
        await unlessBusy(api(context).PUT('/v2/databases/{database_cluster_uuid}/resize', { params, body }))
      } else if (changes('/version') && want.version !== undefined) {
        const body = { version: want.version }
        await unlessBusy(api(context).PUT('/v2/databases/{database_cluster_uuid}/upgrade', { params, body }))
      }
    },

    async remove({ id, stamp }, context) {
      const params = { path: { database_cluster_uuid: id } }
      const answer = await removal(api(context).DELETE('/v2/databases/{database_cluster_uuid}', { params }))
      if (!answer) await forgetStamp(api, stamp, context)
      return answer
    },
  }
}

function trusted({ trusted_sources: sources }: Want): TrustedSource[] {
  const rule = (type: TrustedSource['type']) => (value: string) => ({ type, value })
  return [
    ...(sources?.addresses ?? []).map(rule('ip_addr')),
    ...(sources?.machines ?? []).map(rule('droplet')),
    ...(sources?.tags ?? []).map(rule('tag')),
  ]
}

const change = (want: Resolved, live: JsonObject) =>
  difference(rules, comparable(want), { ...live, tags: tagSet(live.tags) })

/** No rules and no trusted sources are the same: everybody who has the password. */
function comparable(want: Resolved): JsonObject {
  const { trusted_sources, ...others } = want
  const sources = Object.entries((trusted_sources ?? {}) as { [kind: string]: Json[] })
  return {
    ...others,
    tags: tagSet(want.tags),
    ...(sources.some(([, some]) => some.length > 0) && {
      trusted_sources: Object.fromEntries(
        sources.map(([kind, some]) => [kind, kind === 'tags' ? tagSet(some) : inOrder(some)]),
      ),
    }),
  }
}

function observe(cluster: Cluster): Observed {
  const id = sent(cluster.id, 'an id')
  const { connection, private_connection, status } = cluster
  return {
    id,
    physicalId: `digitalocean:database:${id}`,
    name: cluster.name,
    stamp: stampIn(cluster.tags ?? []),
    ...(cluster.region && { region: cluster.region }),
    ...(status === 'online' ? { phase: 'ready' } : { phase: 'pending', reason: `it is ${status}` }),
    attributes: {
      id,
      ...(connection?.host && { host: connection.host }),
      ...(private_connection?.host && { private_host: private_connection.host }),
      ...(connection?.port && { port: connection.port }),
      ...(connection?.database && { database: connection.database }),
      ...(connection?.user && { user: connection.user }),
    },
    live: live(cluster),
  }
}

function live(cluster: Cluster): JsonObject {
  const valuesOf = (type: TrustedSource['type']) =>
    inOrder((cluster.rules ?? []).filter((rule) => rule.type === type).map(({ value }) => value))
  return {
    engine: cluster.engine,
    version: cluster.version ?? '',
    size: cluster.size,
    num_nodes: cluster.num_nodes,
    tags: userTags(cluster.tags),
    ...(cluster.storage_size_mib && { storage_gb: cluster.storage_size_mib / mibPerGib }),
    ...(cluster.private_network_uuid && { vpc: cluster.private_network_uuid }),
    ...((cluster.rules ?? []).length > 0 && {
      trusted_sources: { addresses: valuesOf('ip_addr'), machines: valuesOf('droplet'), tags: tagSet(valuesOf('tag')) },
    }),
  }
}
