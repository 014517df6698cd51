import { AtlasError } from '@atlas/core'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { bearerOf } from '../access.ts'
import type { Authenticate } from '../caller.ts'

export interface MetricsOptions {
  registry: Registry
  /** Whether they are shown without a token. */
  open: boolean
  /** Opens the figures and nothing else, so that whoever collects them need not hold the server's own token. */
  opens?: (token: string) => boolean
}

/**
 * The figures of this node in the text format of Prometheus. They are of all workspaces, so a token of one workspace does
 * not open them.
 */
export function metricsRoute(
  app: FastifyInstance,
  { registry, open, opens = () => false }: MetricsOptions,
  authenticate: Authenticate,
): void {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (!open) await admit(bearerOf(request))
    return reply
      .type(registry.contentType)
      .serializer(String)
      .send(await registry.metrics())
  })

  async function admit(token: string): Promise<void> {
    if (opens(token)) return
    const { actor } = await authenticate(token, undefined)
    if (actor.kind === 'root') return
    throw new AtlasError('forbidden', 'The figures are of all workspaces; this token is of one.', {
      hint: 'use the token in ATLAS_METRICS_TOKEN, or the server’s own',
    })
  }
}
