import type { FastifyInstance, FastifyRequest } from 'fastify'
import { originOf } from './edge/origin.ts'

/**
 * Asks the API's own routes without a connection, on behalf of a request that came in: every rule of the API holds, the
 * audit names where that request came from, and it stands under it in a trace.
 */
export const inside =
  (app: FastifyInstance, outer: FastifyRequest) =>
  async (request: Request): Promise<Response> => {
    const { requestId, traceparent } = originOf(outer)
    const agent = outer.headers['user-agent']
    const { pathname, search } = new URL(request.url)
    const text = await request.text()
    const { statusCode, headers, payload } = await app.inject({
      method: request.method as 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      url: `${pathname}${search}`,
      headers: {
        ...Object.fromEntries(request.headers),
        'x-request-id': requestId,
        ...(traceparent !== undefined && { traceparent }),
        ...(agent && { 'user-agent': agent }),
      },
      remoteAddress: outer.ip,
      ...(text !== '' && { payload: text }),
    })
    const told = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string])
    return new Response(payload === '' ? null : payload, { status: statusCode, headers: told })
  }
