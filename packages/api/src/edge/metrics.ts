import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From what a cached read takes to what a plan with hundreds of cloud calls takes. Seconds. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const eventStream = 'text/event-stream'

/** Rate, errors and duration of every route, by its pattern: an id in a label would be a series for each. */
export function countRequests(app: FastifyInstance, registry: Registry): void {
  const registers = [registry]
  const requests = new Counter({
    name: 'atlas_http_requests_total',
    help: 'Requests that are over, by route and class of status',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  })
  const duration = new Histogram({
    name: 'atlas_http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer; event streams are not in it',
    labelNames: ['method', 'route'] as const,
    buckets,
    registers,
  })
  const underWay = new Gauge({
    name: 'atlas_http_requests_under_way',
    help: 'Requests that are being answered, open event streams among them',
    registers,
  })
  const streams = new Gauge({ name: 'atlas_event_streams_open', help: 'Readers of events on this node', registers })
  const streaming = new WeakSet<FastifyRequest>()

  app.addHook('onRequest', (request, reply, done) => {
    const began = performance.now()
    const { method } = request
    underWay.inc()
    // Not onResponse: that is not told of a reader who hung up.
    reply.raw.once('close', () => {
      const route = request.routeOptions.url ?? 'none'
      underWay.dec()
      requests.inc({ method, route, status: `${Math.floor(reply.statusCode / 100)}xx` })
      if (streaming.has(request)) streams.dec()
      else duration.observe({ method, route }, (performance.now() - began) / 1000)
    })
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.getHeader('content-type') === eventStream) {
      streaming.add(request)
      streams.inc()
    }
    done(null, payload)
  })
}
