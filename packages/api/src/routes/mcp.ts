import { AtlasError } from '@atlas/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bearerOf, guard, workspaceHeader } from '../access.ts'
import type { Authenticate } from '../caller.ts'
import { inside } from '../inside.ts'

/** A request of an agent, and by whom it is. */
export interface McpRequest {
  request: Request
  body: unknown
  token: string
  workspace: string | undefined
  /** Asks this API, as if the agent had done so itself. */
  fetch: (request: Request) => Promise<Response>
}

export type AnswerMcp = (request: McpRequest) => Promise<Response>

export interface McpOptions {
  answer: AnswerMcp
  authenticate: Authenticate
  /** Of pages in browsers that may call it. */
  origins: readonly string[]
}

/** The Model Context Protocol by streamable HTTP, without sessions: each request stands for itself. */
export function mcpRoute(app: FastifyInstance, { answer, authenticate, origins }: McpOptions): void {
  app.register(async (scope) => {
    guard(scope, authenticate)
    const options = { config: { role: 'viewer' }, schema: { hide: true } } as const
    scope.post('/mcp', options, async (request, reply) => {
      refuseOrigin(request, origins)
      const answered = await answer(asked(app, request))
      reply.code(answered.status).headers(Object.fromEntries(answered.headers))
      return reply.serializer(String).send(await answered.text())
    })
    // There is no stream to open and no session to end.
    scope.route({
      ...options,
      method: ['GET', 'DELETE'],
      url: '/mcp',
      handler: (_request, reply) =>
        reply
          .code(405)
          .header('allow', 'POST')
          .send({ jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Method not allowed: send POST' } }),
    })
  })
}

function asked(app: FastifyInstance, request: FastifyRequest): McpRequest {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  )
  const workspace = request.headers[workspaceHeader]
  return {
    request: new Request('http://atlas/mcp', { method: 'POST', headers }),
    body: request.body,
    token: bearerOf(request.raw),
    workspace: typeof workspace === 'string' ? workspace : undefined,
    fetch: inside(app, request),
  }
}

/** MCP asks for it: a page that has made a name point here is told by its Origin. */
function refuseOrigin({ headers }: FastifyRequest, origins: readonly string[]): void {
  const { origin } = headers
  if (origin === undefined || origins.includes(origin) || origins.includes('*')) return
  throw new AtlasError('forbidden', `Pages of ${origin} may not call this server.`, {
    hint: 'whoever runs the server names it in ATLAS_CORS_ORIGINS',
  })
}
