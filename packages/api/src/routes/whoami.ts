import { roles } from '@atlas/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'

const callerJson = z
  .object({
    workspace: z.string(),
    role: z.enum(roles),
    kind: z
      .enum(['root', 'token', 'oidc', 'agent'])
      .describe('`root`: the server’s own token; `agent`: a token whose plans people approve'),
    id: z.string(),
    name: z.string(),
  })
  .meta({ id: 'Caller' })

export const whoamiRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/whoami',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'whoAmI',
        summary: 'Who the server takes the caller for',
        description:
          'The workspace that requests without the header `Atlas-Workspace` go to, the role in it, and the kind.',
        tags: ['tokens'],
        response: { 200: z.object({ caller: callerJson }) },
      },
    },
    async ({ caller: { workspace, role, actor } }) => ({ caller: { workspace, role, ...actor } }),
  )
}
