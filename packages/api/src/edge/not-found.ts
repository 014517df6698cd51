import { AtlasError } from '@atlas/core'
import type { FastifyInstance } from 'fastify'
import { answerProblem } from '../problem.ts'

const allowedElsewhere = /^\/api\/v1(\/|$)/

/** Says of an address that there is none, or with which other methods there is one (405 and `Allow`, RFC 9110, 15.5.6). */
export function answerNotFound(app: FastifyInstance): void {
  const routes: { at: RegExp; method: string }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const at = new RegExp(`^${url.replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`)
    for (const one of [method].flat()) routes.push({ at, method: one })
  })
  // As the router knows it, QUERY has a body, and one without is refused before anybody looks whether there is such a route.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true })
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request
    const path = url.split('?')[0]!
    const allowed = new Set(routes.flatMap((route) => (route.at.test(path) ? route.method : [])))
    // Where files are served, an address that the method knows may still lead to nothing.
    if (allowed.size === 0 || allowed.has(method)) return answerProblem(nothing(method, path), request, reply)
    const methods = [...allowed].sort().join(', ')
    return answerProblem(otherMethod(method, path, methods), request, reply.header('allow', methods))
  })
}

const nothing = (method: string, path: string) =>
  new AtlasError('not_found', `There is no ${method} ${path}`, {
    hint: allowedElsewhere.test(path) ? '/docs of this server shows the routes' : 'the API is under /api/v1',
  })

const otherMethod = (method: string, path: string, methods: string) =>
  new AtlasError('method_not_allowed', `${path} knows no ${method}`, { hint: `it knows ${methods}` })
