import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyError } from 'fastify'
import { adminRoutes } from '../admin/routes.ts'
import type { Cloud } from '../cloud.ts'
import { requestFaults } from '../faults/armed.ts'
import { injectFaults } from '../faults/inject.ts'
import { routes } from '../routes/index.ts'
import { ApiError, badRequest, notFound, tooManyRequests, unauthorized } from './errors.ts'
import { type RateLimit, rateLimiter } from './limit.ts'
import { noticeFor } from './notices.ts'
import { type App, compileZod } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** How far listings are behind, by an injected fault. */
    listLagMs: number
  }
}

/** The API over HTTP. What an answer tells is committed before it leaves. */
export function createApp(cloud: Cloud, { token, rateLimit }: { token: string; rateLimit: RateLimit }): App {
  const app: App = fastify({ genReqId: () => randomUUID(), forceCloseConnections: true, bodyLimit: 4 << 20 })
  const take = rateLimiter(rateLimit)
  const authorised = bearer(token)

  app.setValidatorCompiler(compileZod)
  app.decorateRequest('listLagMs', 0)
  acceptEmptyJson(app)

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    const admin = request.url.startsWith('/_sandbox/')
    const known = authorised(request.headers.authorization)
    // What has no token, such as a page in a browser of this computer, must not use up the limit of those who have.
    const rate = admin ? undefined : take(known ? 1 : 0)
    if (rate) {
      reply.header('ratelimit-limit', finite(rate.limit))
      reply.header('ratelimit-remaining', finite(rate.remaining))
      reply.header('ratelimit-reset', rate.reset)
      if (rate.retryAfter !== undefined) reply.header('retry-after', rate.retryAfter)
    }
    if (!known) throw unauthorized()
    if (rate?.retryAfter !== undefined) throw tooManyRequests()
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const notice = request.method === 'GET' ? undefined : noticeFor(request.url, cloud.backend.effects)
    if (notice) reply.header('x-sandbox-notice', notice)
    await cloud.store.committed()
    return payload
  })
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const known = asApiError(error)
    if (known !== error && known.status >= 500)
      process.stderr.write(`${request.method} ${request.url}: ${error.stack ?? error}\n`)
    reply.code(known.status)
    return { id: known.id, message: known.message, request_id: request.id }
  })
  const faults = requestFaults()
  adminRoutes(app, cloud, faults)
  injectFaults(app, cloud, faults)
  for (const register of routes) register(app, cloud)
  return app
}

function asApiError(error: FastifyError | ApiError): ApiError {
  if (error instanceof ApiError) return error
  const status = error.statusCode ?? 500
  if (status >= 500) return new ApiError(500, 'server_error', 'Unexpected server-side error')
  return status === 404 ? notFound() : badRequest(error.message)
}

/** Many clients send `content-type: application/json` without a body. */
function acceptEmptyJson(app: App): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)))
    } catch {
      done(badRequest('The request body is not valid JSON.'))
    }
  })
}

function bearer(token: string): (header: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(`Bearer ${token}`)
  return (header) => timingSafeEqual(digest(header ?? ''), expected)
}

/** No limit is told as the largest one that clients can parse. */
const finite = (count: number): number => Math.min(count, 2_147_483_647)
