import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { ApiError, forbidden, tooManyRequests } from '../http/errors.ts'
import type { App } from '../http/validation.ts'
import type { requestFaults, Verdict } from './armed.ts'

/** Does to each request what the faults in force say. Comes after authorisation, before and after the route. */
export function injectFaults(app: App, cloud: Cloud, faults: ReturnType<typeof requestFaults>): void {
  const verdicts = new WeakMap<FastifyRequest, Verdict>()

  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0]!
    if (path.startsWith('/_sandbox')) return
    const verdict = faults.judge(request.method, path)
    verdicts.set(request, verdict)
    request.listLagMs = verdict.listLagMs
    if (verdict.latencyMs) await sleep(verdict.latencyMs)
    if (verdict.drop === 'before') {
      request.raw.socket.destroy()
      return reply.hijack()
    }
    if (verdict.rateLimit) {
      reply.header('retry-after', verdict.rateLimit.retryAfter)
      throw tooManyRequests()
    }
    if (verdict.error?.when === 'before') throw failure(verdict.error.status)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const verdict = verdicts.get(request)
    if (!verdict) return payload
    await cloud.store.committed()
    if (verdict.holdAnswerMs) await sleep(verdict.holdAnswerMs)
    if (verdict.drop === 'after') request.raw.socket.destroy()
    if (verdict.error?.when !== 'after' || reply.statusCode >= 500) return payload
    const { status, id, message } = failure(verdict.error.status)
    reply.code(status).header('content-type', 'application/json; charset=utf-8').removeHeader('content-length')
    return JSON.stringify({ id, message, request_id: request.id })
  })
}

function failure(status: number): ApiError {
  if (status === 403) return forbidden('You are not authorized to perform this operation')
  return new ApiError(status, status === 503 ? 'service_unavailable' : 'server_error', 'Unexpected server-side error')
}
