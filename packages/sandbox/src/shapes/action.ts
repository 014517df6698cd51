import type { FastifyRequest } from 'fastify'
import { iso } from '../clock.ts'
import { regionOf } from '../data/catalogue.ts'
import { toNumber } from '../records/cidr.ts'
import type { Action } from '../records/types.ts'

/** `resource_id` is a number: an address is told as one, and a volume, whose id is a uuid, not at all. */
export function actionShape(action: Action) {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: iso(action.startedAt),
    completed_at: action.completedAt === undefined ? null : iso(action.completedAt),
    resource_id: resourceId(action),
    resource_type: action.resourceType,
    region: regionOf(action.region),
    region_slug: action.region,
  }
}

export function actionLink(request: FastifyRequest, { id, type }: Action) {
  return { id, rel: type, href: `${request.protocol}://${request.host}/v2/actions/${id}` }
}

function resourceId({ resource, resourceType }: Action): number | null {
  if (typeof resource === 'number') return resource
  return resourceType === 'reserved_ip' || resourceType === 'floating_ip' ? toNumber(resource) : null
}
