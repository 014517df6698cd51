import { codeOf, fail } from '@atlas/engine'
import { SpanKind, trace } from '@opentelemetry/api'
import type { CallWatch } from './calls.ts'

/**
 * A span for every call of a driver that is made for a request or a step. Steps that look together share a call, which
 * stands under the one that began it; what patrols ask belongs to no trace.
 */
export function traceCalls(): CallWatch {
  const tracer = trace.getTracer('atlas.cloud')
  return ({ provider, verb, type }) => {
    if (!trace.getActiveSpan()) return () => {}
    const attributes = { 'atlas.provider': provider, 'atlas.verb': verb, 'atlas.type': type }
    const span = tracer.startSpan(`${provider} ${verb} ${type}`, { kind: SpanKind.CLIENT, attributes })
    return (error) => {
      if (error !== undefined) fail(span, codeOf(error))
      span.end()
    }
  }
}

/** Tells all of them. */
export const watchedBy =
  (...watches: readonly CallWatch[]): CallWatch =>
  (call) => {
    const ended = watches.map((watch) => watch(call))
    return (error) => {
      for (const end of ended) end(error)
    }
  }
