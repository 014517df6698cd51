import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, integer, param } from '../http/validation.ts'
import { freeAddress } from '../records/addresses.ts'
import { projectOf } from '../records/projects.ts'
import type { Action, ReservedIp } from '../records/types.ts'
import { actionLink, actionShape } from '../shapes/action.ts'
import { dropletShape } from '../shapes/droplet.ts'
import { begin } from '../work/actions.ts'

const create = z.object({ droplet_id: z.number().int().nullish(), region: z.string().nullish() })
const act = z.discriminatedUnion('type', [
  z.object({ type: z.literal('assign'), droplet_id: z.number().int() }),
  z.object({ type: z.literal('unassign') }),
])

/** The same addresses under their present name and the one they had until 2022. */
export function reservedIpRoutes(app: App, cloud: Cloud): void {
  register(app, cloud, 'reserved_ip')
  register(app, cloud, 'floating_ip')
}

function register(app: App, cloud: Cloud, noun: 'reserved_ip' | 'floating_ip'): void {
  const base = `/v2/${noun}s`
  const shape = (reserved: ReservedIp) => reservedIpShape(cloud, reserved)

  app.get(base, async (request) => page(request, `${noun}s`, listed(request, cloud.reservedIps), shape))

  app.post(base, { schema: { body: create } }, async (request, reply) => {
    const { droplet_id, region } = request.body
    const droplet = droplet_id ? dropletFor(cloud, droplet_id) : undefined
    const slug = droplet?.region ?? region
    if (!slug || !regionOf(slug)?.available) throw unprocessable('Region is not available')
    const fresh = { id: freeAddress(cloud), region: slug, locked: droplet !== undefined, createdAt: cloud.clock.now() }
    const reserved = cloud.reservedIps.put(fresh)
    const action = droplet && start(cloud, reserved, noun, 'assign_ip', { droplet_id: droplet.id })
    const url = `${request.protocol}://${request.host}/v2/droplets/${droplet?.id}`
    reply.code(202)
    const links = {
      ...(droplet && { droplets: [{ id: droplet.id, rel: 'droplet', href: url }] }),
      ...(action && { actions: [actionLink(request, action)] }),
    }
    return { [noun]: shape(reserved), links }
  })

  app.get(`${base}/:ip`, async (request) => ({ [noun]: shape(reservedIpOf(cloud, request)) }))

  app.delete(`${base}/:ip`, async (request, reply) => {
    cloud.reservedIps.remove(reservedIpOf(cloud, request).id)
    return reply.code(204).send()
  })

  app.get(`${base}/:ip/actions`, async (request) =>
    page(request, 'actions', actionsOf(cloud, reservedIpOf(cloud, request)).reverse(), actionShape),
  )

  app.post(`${base}/:ip/actions`, { schema: { body: act } }, async (request, reply) => {
    const reserved = reservedIpOf(cloud, request)
    if (reserved.locked) throw unprocessable('The reserved IP already has a pending event.')
    const { type, ...params } = request.body
    if ('droplet_id' in params) refuseAssign(cloud, reserved, params.droplet_id)
    else if (reserved.droplet === undefined) throw unprocessable('The reserved IP is not assigned to a Droplet.')
    cloud.reservedIps.update(reserved.id, { locked: true })
    reply.code(201)
    return { action: actionShape(start(cloud, reserved, noun, `${type}_ip`, params)) }
  })

  app.get(`${base}/:ip/actions/:action_id`, async (request) => {
    const id = integer(param(request, 'action_id'))
    const action = actionsOf(cloud, reservedIpOf(cloud, request)).find((candidate) => candidate.id === id)
    if (!action) throw notFound()
    return { action: actionShape(action) }
  })
}

function start(
  cloud: Cloud,
  { id, region }: ReservedIp,
  noun: 'reserved_ip' | 'floating_ip',
  type: string,
  params: object,
): Action {
  return begin(cloud, { type, resource: id, resourceType: noun, region, params: { ...params } })
}

const actionsOf = (cloud: Cloud, { id }: ReservedIp): Action[] =>
  [...cloud.actions.by('resource', `reserved_ip:${id}`), ...cloud.actions.by('resource', `floating_ip:${id}`)].sort(
    (a, b) => a.id - b.id,
  )

/** @throws ApiError 404 */
function reservedIpOf(cloud: Cloud, request: { params: unknown }): ReservedIp {
  const reserved = cloud.reservedIps.get(param(request, 'ip'))
  if (!reserved) throw notFound()
  return reserved
}

function dropletFor(cloud: Cloud, id: number) {
  const droplet = cloud.droplets.get(id)
  if (!droplet) throw unprocessable('Droplet not found')
  if (cloud.reservedIps.count('droplet', id)) throw unprocessable('Droplet already has a reserved IP.')
  return droplet
}

function refuseAssign(cloud: Cloud, reserved: ReservedIp, id: number): void {
  const droplet = dropletFor(cloud, id)
  if (droplet.region !== reserved.region) throw unprocessable('Droplet and reserved IP are in different regions.')
}

function reservedIpShape(cloud: Cloud, { id, region, droplet, locked }: ReservedIp) {
  const holder = droplet === undefined ? undefined : cloud.droplets.get(droplet)
  return {
    ip: id,
    region: regionOf(region),
    droplet: holder ? dropletShape(cloud, holder) : null,
    locked,
    project_id: projectOf(cloud, `do:floatingip:${id}`),
  }
}
