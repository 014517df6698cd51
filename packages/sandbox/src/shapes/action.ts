import type { FastifyRequest } from 'fastify'
import { iso } from '../clock.ts'
import { regionOf } from '../data/catalogue.ts'
import type { Action } from '../records/types.ts'

/** A volume's action names no resource: its id is a number in the API and a volume has none. */
export function actionShape(action: Action) {
  return {
    id: action.id,
    status: action.status,
    type: action.type,
    started_at: iso(action.startedAt),
    completed_at: action.completedAt === undefined ? null : iso(action.completedAt),
    resource_id: typeof action.resource === 'number' ? action.resource : null,
    resource_type: action.resourceType === 'volume' ? 'backend' : action.resourceType,
    region: regionOf(action.region),
    region_slug: action.region,
  }
}

export function actionLink(request: FastifyRequest, { id, type }: Action) {
  return { id, rel: type, href: `${request.protocol}://${request.host}/v2/actions/${id}` }
}
