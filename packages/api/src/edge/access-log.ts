import type { FastifyInstance } from 'fastify'

/**
 * A line for every request when it is over, without its query: that may hold what people searched for. Reads that went
 * well are most of the traffic and change nothing, so they stand at `debug`.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, id } = request
    const status = reply.statusCode
    const quiet = status < 400 && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
    const facts = {
      request: id,
      method,
      path: request.url.split('?', 1)[0],
      route: routeOptions.url,
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      workspace: request.caller?.workspace,
      actor: request.caller?.actor.id,
    }
    request.log[quiet ? 'debug' : 'info'](facts, 'request')
    done()
  })
}
