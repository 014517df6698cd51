import { isIP } from 'node:net'
import { z } from 'zod'
import { type Cloud, nextId } from '../cloud.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, integer, param, queryOf } from '../http/validation.ts'
import type { Domain, DomainRecord } from '../records/types.ts'

const domainName = z
  .string('name is required')
  .regex(/^(?=.{4,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i, 'is not a valid domain name')
const createDomain = z.object({ name: domainName, ip_address: z.string().nullish() })

const types = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'SOA', 'SRV', 'TXT'] as const
const number = z.number().int().nullish()
const fields = {
  name: z.string().optional(),
  data: z.string().optional(),
  priority: number,
  port: number,
  ttl: z.number().int().min(30, 'must be at least 30').nullish(),
  weight: number,
  flags: number,
  tag: z.string().nullish(),
}
const createRecord = z.object({ type: z.enum(types, 'Record type is invalid.'), ...fields })
const updateRecord = z.object({ type: z.enum(types).optional(), ...fields })

export function domainRoutes(app: App, cloud: Cloud): void {
  const shape = (domain: Domain) => domainShape(cloud, domain)

  app.get('/v2/domains', async (request) => page(request, 'domains', listed(request, cloud.domains), shape))

  app.post('/v2/domains', { schema: { body: createDomain } }, async (request, reply) => {
    const name = request.body.name.toLowerCase()
    if (cloud.domains.get(name)) throw unprocessable('Name already exists')
    const address = request.body.ip_address
    if (address && !isIP(address)) throw unprocessable('Ip address is invalid')
    const domain = cloud.domains.put({ id: name, ttl: 1800, createdAt: cloud.clock.now() })
    addRecord(cloud, domain, { type: 'SOA', data: String(domain.ttl) })
    for (const server of [1, 2, 3]) addRecord(cloud, domain, { type: 'NS', data: `ns${server}.digitalocean.com.` })
    if (address) addRecord(cloud, domain, { type: isIP(address) === 6 ? 'AAAA' : 'A', data: address })
    reply.code(201)
    return { domain: shape(domain) }
  })

  app.get('/v2/domains/:domain_name', async (request) => ({ domain: shape(domainOf(cloud, request)) }))

  app.delete('/v2/domains/:domain_name', async (request, reply) => {
    const domain = domainOf(cloud, request)
    for (const record of cloud.domainRecords.by('domain', domain.id)) cloud.domainRecords.remove(record.id)
    cloud.domains.remove(domain.id)
    return reply.code(204).send()
  })

  app.get('/v2/domains/:domain_name/records', async (request) => {
    const { name, type } = queryOf(request)
    const domain = domainOf(cloud, request)
    const records = listed(request, cloud.domainRecords).filter(
      (record) =>
        record.domain === domain.id &&
        (type === undefined || record.type === type.toUpperCase()) &&
        (name === undefined || fullName(record) === name.toLowerCase()),
    )
    return page(request, 'domain_records', records, recordShape)
  })

  app.post('/v2/domains/:domain_name/records', { schema: { body: createRecord } }, async (request, reply) => {
    const record = addRecord(cloud, domainOf(cloud, request), request.body)
    reply.code(201)
    return { domain_record: recordShape(record) }
  })

  const path = '/v2/domains/:domain_name/records/:record_id'
  app.get(path, async (request) => ({ domain_record: recordShape(recordOf(cloud, request)) }))
  app.delete(path, async (request, reply) => {
    const record = recordOf(cloud, request)
    if (record.type === 'SOA') throw unprocessable('SOA records cannot be deleted')
    cloud.domainRecords.remove(record.id)
    return reply.code(204).send()
  })
  app.route({
    method: ['PUT', 'PATCH'],
    url: path,
    schema: { body: updateRecord },
    handler: async (request) => {
      const before = recordOf(cloud, request)
      const changeable = before.type === 'SOA' ? { ttl: request.body.ttl } : request.body
      const given = Object.entries(changeable).filter(([, value]) => value !== undefined)
      const changed = { ...before, ...(Object.fromEntries(given) as Partial<DomainRecord>) }
      // Data that stays was checked when it came, and is kept without the dot it came with.
      if (request.body.data !== undefined) refuseData(changed)
      return { domain_record: recordShape(cloud.domainRecords.put(asKept(changed))) }
    },
  })
}

/** @throws ApiError 404 */
function domainOf(cloud: Cloud, request: { params: unknown }): Domain {
  const domain = cloud.domains.get(param(request, 'domain_name').toLowerCase())
  if (!domain) throw notFound()
  return domain
}

function recordOf(cloud: Cloud, request: { params: unknown }): DomainRecord {
  const record = cloud.domainRecords.get(integer(param(request, 'record_id')))
  if (!record || record.domain !== domainOf(cloud, request).id) throw notFound()
  return record
}

type NewRecord = z.output<typeof updateRecord> & { type: string }

function addRecord(cloud: Cloud, domain: Domain, wanted: NewRecord): DomainRecord {
  const record: DomainRecord = {
    id: nextId(cloud, 'domain_record'),
    domain: domain.id,
    type: wanted.type,
    name: wanted.name || '@',
    data: wanted.data ?? '',
    priority: wanted.priority ?? null,
    port: wanted.port ?? null,
    ttl: wanted.ttl ?? domain.ttl,
    weight: wanted.weight ?? null,
    flags: wanted.flags ?? null,
    tag: wanted.tag ?? null,
  }
  refuseData(record)
  return cloud.domainRecords.put(asKept(record))
}

function refuseData({ type, data, priority }: DomainRecord): void {
  if (!data && type !== 'SOA') throw unprocessable("Data can't be blank")
  if (type === 'A' && isIP(data) !== 4) throw unprocessable('IP address did not match IPv4 format (e.g. 127.0.0.1).')
  if (type === 'AAAA' && isIP(data) !== 6) throw unprocessable('IP address did not match IPv6 format (e.g. ::1).')
  const pointsToName = ['CNAME', 'MX', 'NS', 'SRV'].includes(type)
  if (pointsToName && data !== '@' && !data.endsWith('.')) throw unprocessable('Data needs to end with a dot (.)')
  if ((type === 'MX' || type === 'SRV') && priority === null) throw unprocessable("Priority can't be blank")
}

/** A name within the domain is kept without it, and the domain itself as `@`; also in what a record points to. */
function asKept(record: DomainRecord): DomainRecord {
  const { domain, type } = record
  const own = type !== 'TXT' && record.data.toLowerCase() === `${domain}.`
  return { ...record, name: relative(record.name.toLowerCase(), domain), data: own ? '@' : stripDot(record.data) }
}

const relative = (name: string, domain: string): string => {
  if (name === `${domain}.`) return '@'
  return name.endsWith(`.${domain}.`) ? name.slice(0, -domain.length - 2) : name
}

/** Names are given with a final dot and shown without it. */
const stripDot = (data: string): string => (/[a-z]\.$/i.test(data) ? data.slice(0, -1) : data)

/** The name filter of a listing takes the whole name. */
const fullName = ({ name, domain }: DomainRecord): string => (name === '@' ? domain : `${name}.${domain}`)

function recordShape({ domain: _, ...record }: DomainRecord) {
  return record
}

function domainShape(cloud: Cloud, { id, ttl }: Domain) {
  const records = cloud.domainRecords.by('domain', id).filter(({ type }) => type !== 'SOA')
  const lines = records.map((record) => `${fullName(record)}. IN ${record.ttl} ${record.type} ${dataIn(record)}`)
  const soa = `${id}. IN SOA ns1.digitalocean.com. hostmaster.${id}. 1415982609 10800 3600 604800 1800`
  return {
    name: id,
    ttl,
    zone_file: ['$ORIGIN ', id, '.\n$TTL ', ttl, '\n', [soa, ...lines].join('\n'), '\n'].join(''),
  }
}

function dataIn({ type, data, priority, weight, port }: DomainRecord): string {
  if (type === 'SRV') return [priority, weight ?? 0, port ?? 0, data].join(' ')
  return priority === null ? data : `${priority} ${data}`
}
