import {
  AtlasError,
  type ChangeRules,
  difference,
  type Json,
  type JsonObject,
  type Observed,
  type Resolved,
  type ResourceDriver,
  referableAttributes,
  type SpecificationsOf,
} from '@atlas/core'
import { type Api, bodyOf, type Schema, sent } from './api.ts'
import { allDomains } from './domain.ts'
import { isMissing, removal } from './errors.ts'
import { pages } from './pages.ts'
import { priceOf } from './price.ts'

type Domain = Schema['domain_record']

const rules: ChangeRules = {
  deleteFirst: true,
  fields: {
    domain: { replaces: 'a record belongs to one zone' },
    type: { replaces: 'another type is another record, and the two may exclude each other' },
  },
}

/** Types that a description knows; a zone's SOA is the cloud's own. */
const types = new Set(['A', 'AAAA', 'CNAME', 'TXT', 'NS', 'MX', 'SRV', 'CAA'])

/** Types whose data is a host name: the API takes it with a dot at the end and gives it without. */
const naming = new Set(['CNAME', 'MX', 'NS', 'SRV', 'CAA'])

/** One record of a zone, known as `<zone>/<number>`. There is no room for a stamp in it. */
export function dnsRecord(api: Api): ResourceDriver {
  /** @throws AtlasError `cloud_missing` where it is no id of a record, such as one that somebody made up for an import */
  function pathOf(id: string) {
    const [, domain_name, record] = /^([^/]+)\/(\d+)$/.exec(id) ?? []
    if (domain_name === undefined) throw new AtlasError('cloud_missing', `DigitalOcean has no DNS record ${id}.`)
    return { domain_name, domain_record_id: Number(record) }
  }

  return {
    type: 'dns_record',
    attributes: referableAttributes.dns_record,
    stamping: 'none',
    holdsData: () => undefined,
    price: priceOf('dns_record'),
    diff: (want, { live }) => difference(rules, comparable(want), live),
    describe: ({ live }) => (types.has(String(live.type)) ? { specifications: live } : undefined),

    matches: ({ specifications }, { live }) => {
      const wanted = comparable(specifications)
      return ['domain', 'type', 'name', 'data'].every((field) => wanted[field] === live[field])
    },

    // The API lists records zone by zone: one call for each zone and each 200 records.
    async *list({ signal }) {
      for await (const { name } of allDomains(api, signal)) {
        const path = { domain_name: sent(name, 'a name') }
        const records = pages(async (query) => {
          const params = { path, query }
          const answer = await bodyOf(api({ signal }).GET('/v2/domains/{domain_name}/records', { params }))
          return { items: answer.domain_records ?? [], total: answer.meta.total ?? 0 }
        })
        try {
          for await (const record of records) yield observe(path.domain_name, record)
        } catch (error) {
          if (!isMissing(error)) throw error
        }
      }
    },

    async get(id, signal) {
      const path = pathOf(id)
      const params = { path }
      const answer = await bodyOf(
        api({ signal }).GET('/v2/domains/{domain_name}/records/{domain_record_id}', { params }),
      )
      return observe(path.domain_name, sent(answer.domain_record, 'the record'))
    },

    async create({ specifications, gate, signal }) {
      const domain = String(specifications.domain)
      const params = { path: { domain_name: domain } }
      // Its types have a variant per record type, and cannot see that one description is exactly one of them.
      const body = record(specifications as SpecificationsOf<'dns_record'>) as never
      const made = await bodyOf(api({ gate, signal }).POST('/v2/domains/{domain_name}/records', { params, body }))
      return observe(domain, sent(made.domain_record, 'the record'))
    },

    async update({ id }, want, context) {
      const params = { path: pathOf(id) }
      const body = record(want as SpecificationsOf<'dns_record'>)
      await api(context).PUT('/v2/domains/{domain_name}/records/{domain_record_id}', { params, body })
    },

    async remove({ id }, context) {
      const params = { path: pathOf(id) }
      return removal(api(context).DELETE('/v2/domains/{domain_name}/records/{domain_record_id}', { params }))
    },
  }
}

/** The document wants every field in some types, as `null` where it has no meaning. */
function record({ type, name, data, ttl, priority, port, weight, flags, tag }: SpecificationsOf<'dns_record'>) {
  const dotted = naming.has(type) && data !== '@' && !data.endsWith('.') ? `${data}.` : data
  const number = (value: number | undefined) => value ?? null
  return {
    type,
    name,
    data: dotted,
    ttl,
    priority: number(priority),
    port: number(port),
    weight: number(weight),
    flags: number(flags),
    tag: tag ?? null,
  }
}

const comparable = (want: Resolved): JsonObject => ({
  ...want,
  data: plain(want.type, want.data, want.domain),
})

/** A host name without its last dot, `@` as the zone's name, so that both spellings are the same. */
function plain(type: Json | undefined, data: Json | undefined, domain: Json | undefined): Json {
  if (typeof data !== 'string' || !naming.has(String(type))) return data ?? ''
  return data === '@' ? (domain ?? '') : data.replace(/\.$/, '')
}

function observe(domain: string, record: Domain): Observed {
  const { type, name = '@', data = '', ttl = 0 } = record
  const id = `${domain}/${record.id}`
  const { priority, port, weight, flags, tag } = record
  const details = Object.entries({ priority, port, weight, flags, tag })
  return {
    id,
    physicalId: `digitalocean:dns_record:${record.id}`,
    name: `${name} ${type}`,
    stamp: undefined,
    phase: 'ready',
    attributes: { id: String(record.id), fqdn: name === '@' ? domain : `${name}.${domain}` },
    live: {
      domain,
      type,
      name,
      data: plain(type, data, domain),
      ttl,
      ...Object.fromEntries(
        details.flatMap(([field, value]) => (value === null || value === undefined ? [] : [[field, value]])),
      ),
    },
  }
}
