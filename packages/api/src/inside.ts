import type { FastifyInstance, FastifyRequest } from 'fastify'

/**
 * Asks the API's own routes without a connection, on behalf of a request that came in: every rule of the API holds, and the
 * audit names where that request came from.
 */
export const inside =
  (app: FastifyInstance, { ip, id, headers: { 'user-agent': agent } }: FastifyRequest) =>
  async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url)
    const text = await request.text()
    const { statusCode, headers, payload } = await app.inject({
      method: request.method as 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(request.headers), 'x-request-id': id, ...(agent && { 'user-agent': agent }) },
      remoteAddress: ip,
      ...(text !== '' && { payload: text }),
    })
    const told = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string])
    return new Response(payload === '' ? null : payload, { status: statusCode, headers: told })
  }
