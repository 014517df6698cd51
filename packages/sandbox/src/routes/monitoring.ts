import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, param } from '../http/validation.ts'
import type { AlertPolicy } from '../records/types.ts'

const policy = z.object({
  alerts: z.object({
    email: z.array(z.string()),
    slack: z.array(z.object({ channel: z.string(), url: z.string() })),
  }),
  compare: z.enum(['GreaterThan', 'LessThan']),
  description: z.string(),
  enabled: z.boolean(),
  entities: z.array(z.string()),
  tags: z.array(z.string()),
  type: z.string().startsWith('v1/'),
  value: z.number(),
  window: z.enum(['5m', '10m', '30m', '1h']),
})

/** Alert policies are remembered; nothing is measured here, so none ever fires. */
export function monitoringRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/monitoring/alerts', async (request) =>
    page(request, 'policies', listed(request, cloud.alertPolicies), shape),
  )

  app.post('/v2/monitoring/alerts', { schema: { body: policy } }, async (request) => ({
    policy: shape(cloud.alertPolicies.put({ id: crypto.randomUUID(), policy: request.body })),
  }))

  app.get('/v2/monitoring/alerts/:alert_uuid', async (request) => ({ policy: shape(policyOf(cloud, request)) }))

  app.put('/v2/monitoring/alerts/:alert_uuid', { schema: { body: policy } }, async (request) => {
    const { id } = policyOf(cloud, request)
    return { policy: shape(cloud.alertPolicies.put({ id, policy: request.body })) }
  })

  app.delete('/v2/monitoring/alerts/:alert_uuid', async (request, reply) => {
    cloud.alertPolicies.remove(policyOf(cloud, request).id)
    return reply.code(204).send()
  })
}

/** @throws ApiError 404 */
function policyOf(cloud: Cloud, request: { params: unknown }): AlertPolicy {
  const found = cloud.alertPolicies.get(param(request, 'alert_uuid'))
  if (!found) throw notFound()
  return found
}

const shape = ({ id, policy }: AlertPolicy) => ({ uuid: id, ...policy })
