import { z } from 'zod'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { conflict, notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, param, queryOf } from '../http/validation.ts'
import type { VpcPeering } from '../records/types.ts'
import { settle } from '../work/background.ts'
import { vpcOf } from './vpcs.ts'

const name = z
  .string('name is required')
  .regex(/^[a-zA-Z0-9-]+$/, 'name can only contain alphanumeric characters and dashes')
const create = z.object({ name, vpc_ids: z.tuple([z.string(), z.string()], 'two vpc_ids are required') })
const createFrom = z.object({ name, vpc_id: z.string('vpc_id is required') })
const rename = z.object({ name })

/** Two VPCs that reach each other. Records only: see the effects of the backend. */
export function vpcPeeringRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/vpc_peerings', async (request) => {
    const { region } = queryOf(request)
    const found = listed(request, cloud.peerings).filter(
      ({ vpcs }) => region === undefined || vpcs.some((id) => cloud.vpcs.get(id)?.region === region),
    )
    return page(request, 'vpc_peerings', found, shape)
  })
  app.post('/v2/vpc_peerings', { schema: { body: create } }, async (request, reply) => {
    reply.code(202)
    return { vpc_peering: shape(addPeering(cloud, request.body.name, request.body.vpc_ids)) }
  })

  const path = '/v2/vpc_peerings/:vpc_peering_id'
  app.get(path, async (request) => ({ vpc_peering: shape(peeringOf(cloud, request)) }))
  app.patch(path, { schema: { body: rename } }, async (request) => ({
    vpc_peering: shape(cloud.peerings.put({ ...peeringOf(cloud, request), name: request.body.name })),
  }))
  app.delete(path, async (request, reply) => {
    const peering = peeringOf(cloud, request)
    cloud.peerings.remove(peering.id)
    reply.code(202)
    return { vpc_peering: shape({ ...peering, status: 'DELETING' }) }
  })

  app.get('/v2/vpcs/:vpc_id/peerings', async (request) =>
    page(request, 'peerings', cloud.peerings.by('vpc', vpcOf(cloud, request).id), shape),
  )
  app.post('/v2/vpcs/:vpc_id/peerings', { schema: { body: createFrom } }, async (request, reply) => {
    const { id } = vpcOf(cloud, request)
    reply.code(202)
    return { peering: shape(addPeering(cloud, request.body.name, [id, request.body.vpc_id])) }
  })
  app.patch('/v2/vpcs/:vpc_id/peerings/:vpc_peering_id', { schema: { body: rename } }, async (request) => {
    vpcOf(cloud, request)
    return { peering: shape(cloud.peerings.put({ ...peeringOf(cloud, request), name: request.body.name })) }
  })
}

/** @throws ApiError 404 */
function peeringOf(cloud: Cloud, request: { params: unknown }): VpcPeering {
  const peering = cloud.peerings.get(param(request, 'vpc_peering_id'))
  if (!peering) throw notFound()
  return peering
}

function addPeering(cloud: Cloud, name: string, vpcs: [string, string]): VpcPeering {
  for (const id of vpcs) if (!cloud.vpcs.get(id)) throw notFound('VPC not found')
  if (vpcs[0] === vpcs[1]) throw unprocessable('a VPC cannot be peered with itself')
  if (cloud.peerings.by('vpc', vpcs[0]).some((other) => other.vpcs.includes(vpcs[1])))
    throw conflict('these VPCs are peered already')
  const peering = { id: crypto.randomUUID(), name, vpcs, status: 'PROVISIONING' as const, createdAt: cloud.clock.now() }
  cloud.peerings.put(peering)
  connectPeering(cloud, peering.id)
  return peering
}

/** A new peering is active after a moment; also after a restart of the sandbox. */
export function connectPeering(cloud: Cloud, id: string): void {
  cloud.background.start(`vpc_peering:${id}`, async () => {
    await settle(cloud)
    cloud.peerings.update(id, { status: 'ACTIVE' })
  })
}

function shape({ id, name, vpcs, status, createdAt }: VpcPeering) {
  return { id, name, vpc_ids: vpcs, status, created_at: iso(createdAt) }
}
