import type { Origin } from '@atlas/core'
import type { SpanContext } from '@opentelemetry/api'
import type { FastifyRequest } from 'fastify'

/** Version 00 and what later ones must begin with: https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(-|$)/

/**
 * What an operation keeps of the request that asks for it: its own place in the trace. Where requests are not traced, the
 * caller's place is handed on as it is.
 */
export function originOf({ id, headers, span }: Pick<FastifyRequest, 'id' | 'headers' | 'span'>): Origin {
  const place = span ? traceparentOf(span.spanContext()) : given(headers.traceparent)
  return { requestId: id, ...(place !== undefined && { traceparent: place }) }
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext) =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`

const given = (header: unknown): string | undefined =>
  typeof header === 'string' && header.length <= 128 && traceparent.test(header) ? header : undefined
