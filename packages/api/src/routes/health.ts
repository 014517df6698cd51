import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Control } from '../control.ts'

const healthJson = z
  .object({
    status: z.enum(['ok', 'degraded', 'draining']),
    version: z.string(),
    uptime_seconds: z.number(),
    database: z.enum(['ok', 'unreachable']),
    workers: z.number(),
    queued: z.number(),
    running: z.number(),
  })
  .meta({ id: 'Health' })

/** Open to callers without a token, because load balancers and container health checks have none. */
export const healthRoutes: FastifyPluginAsyncZod<{ control: Control }> = async (app, { control }) => {
  app.get(
    '/health',
    {
      config: { role: 'anyone' },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether server, database and workers are well',
        description:
          'For load balancers and container health checks: it needs no token, and answers 503 where something is not well.',
        tags: ['server'],
        response: { 200: healthJson, 503: healthJson },
      },
    },
    async (_request, reply) => {
      const { uptimeSeconds, ...health } = await control.health()
      return reply.code(health.status === 'ok' ? 200 : 503).send({ ...health, uptime_seconds: uptimeSeconds })
    },
  )
}
