import { AtlasError } from '@atlas/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Authenticate, type Caller, may, type Needed } from './caller.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may use the route; every route says one. */
    role?: Needed
    /** The answer holds what is shown once: it is kept nowhere, not even to be given again to the same request. */
    secretAnswer?: true
  }
  interface FastifyRequest {
    /** Who asks. Absent on routes for anyone. */
    caller: Caller
  }
}

/** The workspace that is meant, for callers who have more than one. */
export const workspaceHeader = 'atlas-workspace'

/** Lets nobody past whom `authenticate` does not know, or whose role is less than the route asks for. */
export function guard(app: FastifyInstance, authenticate: Authenticate): void {
  app.decorateRequest('caller')
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.role) throw new AtlasError('internal', `${String(method)} ${url} does not say which role may use it`)
  })
  app.addHook('onRequest', async (request) => {
    const { role } = request.routeOptions.config
    if (role === 'anyone' || role === undefined) return
    const workspace = request.headers[workspaceHeader]
    const caller = await authenticate(bearerOf(request), typeof workspace === 'string' ? workspace : undefined)
    request.caller = caller
    if (caller.refusal) throw caller.refusal
    if (!may(caller, role)) throw forbidden(caller, role, request)
  })
}

/** @throws AtlasError `unauthorized` */
export function bearerOf({ headers }: Pick<FastifyRequest['raw'], 'headers'>): string {
  const given = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (given) return given
  throw new AtlasError('unauthorized', 'The request has no bearer token', {
    hint: 'send `Authorization: Bearer <token>`; an admin of your workspace can make one',
  })
}

function forbidden({ role, actor }: Caller, needed: Needed, { method, routeOptions }: FastifyRequest): AtlasError {
  const what = needed === 'root' ? 'the server’s own token' : `the role ${needed}`
  const hint =
    needed === 'root'
      ? 'ask whoever runs the server'
      : `use a token with the role ${needed}, which an admin of the workspace can make`
  return new AtlasError('forbidden', `${method} ${routeOptions.url} needs ${what}; ${actor.name} is ${role}.`, { hint })
}
