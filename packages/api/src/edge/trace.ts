import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** Where requests are traced. */
    span?: Span
  }
}

/** Asked every few seconds by whoever watches over the server: they would bury the rest. */
const unwatched = new Set(['/api/v1/health', '/metrics'])

/**
 * A span for every request, under the caller's where it brings `traceparent` (https://www.w3.org/TR/trace-context), by
 * the pattern of its route. Attributes are those of OpenTelemetry's conventions for HTTP servers; nothing of headers, query
 * or body is among them. What the handler does stands under it. An event stream's span ends when the stream begins.
 */
export function traceRequests(app: FastifyInstance): void {
  const tracer = trace.getTracer('atlas.api')
  app.decorateRequest('span')
  app.addHook('onRequest', (request, reply, done) => {
    const { method, id, url, headers, routeOptions } = request
    const route = routeOptions.url
    if (route !== undefined && unwatched.has(route)) return done()
    const attributes = {
      'http.request.method': method,
      'url.path': url.split('?', 1)[0]!,
      'atlas.request': id,
      ...(route !== undefined && { 'http.route': route }),
    }
    const options = { kind: SpanKind.SERVER, attributes }
    const parent = propagation.extract(ROOT_CONTEXT, headers)
    request.span = tracer.startSpan(route === undefined ? method : `${method} ${route}`, options, parent)
    // Not onResponse: that is not told of a caller who hung up.
    reply.raw.once('close', () => end(request, reply))
    done()
  })
  // After the body was read: its reading leaves the hooks' own chain of calls.
  app.addHook('preValidation', ({ span }, _reply, done) => {
    if (span) context.with(trace.setSpan(ROOT_CONTEXT, span), done)
    else done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.getHeader('content-type') === 'text/event-stream') end(request, reply)
    done(null, payload)
  })
}

function end(request: FastifyRequest, { statusCode }: FastifyReply): void {
  const { span, caller, problem } = request
  if (!span?.isRecording()) return
  span.setAttribute('http.response.status_code', statusCode)
  if (caller) span.setAttribute('atlas.workspace', caller.workspace)
  if (problem) span.setAttribute('error.type', problem)
  if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
