import { z } from 'zod'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { conflict, forbidden, notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, param, queryOf } from '../http/validation.ts'
import { isPrivate, parseCidr } from '../records/cidr.ts'
import type { Vpc } from '../records/types.ts'
import { addVpc, freeRange, overlapping } from '../records/vpcs.ts'

const name = z
  .string('name is required')
  .regex(/^[a-zA-Z0-9.-]+$/, 'name can only contain alphanumeric characters, dashes, and periods')
const description = z.string().max(255)
const create = z.object({
  name,
  description: description.default(''),
  region: z.string(),
  ip_range: z.string().nullish(),
})
const replace = z.object({ name, description: description.default(''), default: z.boolean().optional() })
const patch = z.object({ name: name.optional(), description: description.optional(), default: z.boolean().optional() })

export function vpcRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/vpcs', async (request) => page(request, 'vpcs', listed(request, cloud.vpcs), vpcShape))

  app.post('/v2/vpcs', { schema: { body: create } }, async (request, reply) => {
    const { name, description, region, ip_range } = request.body
    if (!regionOf(region)?.available) throw unprocessable('region is invalid')
    refuseName(cloud, name)
    const ipRange = ip_range || freeRange(cloud)
    refuseRange(cloud, ipRange)
    const isDefault = cloud.vpcs.count('region', region) === 0
    const vpc = addVpc(cloud, { name, description, region, ipRange, default: isDefault })
    reply.code(201)
    return { vpc: vpcShape(vpc) }
  })

  app.get('/v2/vpcs/:vpc_id', async (request) => ({ vpc: vpcShape(vpcOf(cloud, request)) }))

  const change = (vpc: Vpc, wanted: z.output<typeof patch>) => {
    if (wanted.name !== undefined && wanted.name !== vpc.name) refuseName(cloud, wanted.name)
    if (wanted.default)
      for (const other of cloud.vpcs.by('region', vpc.region)) cloud.vpcs.update(other.id, { default: false })
    const changed = {
      ...vpc,
      name: wanted.name ?? vpc.name,
      description: wanted.description ?? vpc.description,
      default: vpc.default || wanted.default === true,
    }
    return { vpc: vpcShape(cloud.vpcs.put(changed)) }
  }
  app.put('/v2/vpcs/:vpc_id', { schema: { body: replace } }, async (request) =>
    change(vpcOf(cloud, request), request.body),
  )
  app.patch('/v2/vpcs/:vpc_id', { schema: { body: patch } }, async (request) =>
    change(vpcOf(cloud, request), request.body),
  )

  app.delete('/v2/vpcs/:vpc_id', async (request, reply) => {
    const vpc = vpcOf(cloud, request)
    if (vpc.default) throw forbidden('Can not delete default VPCs')
    if (members(cloud, vpc).length) throw conflict('Can not delete VPC with members')
    cloud.vpcs.remove(vpc.id)
    return reply.code(204).send()
  })

  app.get('/v2/vpcs/:vpc_id/members', async (request) => {
    const { resource_type } = queryOf(request)
    const found = members(cloud, vpcOf(cloud, request))
    const wanted = found.filter(({ urn }) => resource_type === undefined || urn.startsWith(`do:${resource_type}:`))
    return page(request, 'members', wanted, ({ urn, name, createdAt }) => ({ urn, name, created_at: iso(createdAt) }))
  })
}

function vpcShape(vpc: Vpc) {
  return {
    id: vpc.id,
    urn: `do:vpc:${vpc.id}`,
    name: vpc.name,
    description: vpc.description,
    region: vpc.region,
    ip_range: vpc.ipRange,
    created_at: iso(vpc.createdAt),
    default: vpc.default,
  }
}

/** @throws ApiError 404 */
export function vpcOf(cloud: Cloud, request: { params: unknown }): Vpc {
  const vpc = cloud.vpcs.get(param(request, 'vpc_id'))
  if (!vpc) throw notFound()
  return vpc
}

interface Member {
  urn: string
  name: string
  createdAt: number
}

function members(cloud: Cloud, { id: vpc }: Vpc): Member[] {
  const of = (kind: string, records: readonly { id: string | number; name: string; createdAt: number }[]) =>
    records.map(({ id, name, createdAt }) => ({ urn: `do:${kind}:${id}`, name, createdAt }))
  return [
    ...of('droplet', cloud.droplets.by('vpc', vpc)),
    ...of('loadbalancer', cloud.loadBalancers.by('vpc', vpc)),
    ...of('dbaas', cloud.databases.by('vpc', vpc)),
  ]
}

function refuseName(cloud: Cloud, name: string): void {
  const taken = [...cloud.vpcs.all()].some((vpc) => vpc.name.toLowerCase() === name.toLowerCase())
  if (taken) throw unprocessable('A VPC with this name already exists in your account')
}

function refuseRange(cloud: Cloud, ipRange: string): void {
  const range = parseCidr(ipRange)
  if (!range || !isPrivate(range)) throw unprocessable('ip_range must be a private network in CIDR notation')
  if (range.prefix < 16 || range.prefix > 28) throw unprocessable('ip_range must be between /16 and /28')
  if (overlapping(cloud, ipRange))
    throw unprocessable('This range/size overlaps with another VPC network in your account')
}
