import type { Origin } from '@atlas/core'
import type { FastifyRequest } from 'fastify'

/** Version 00 and what later ones must begin with: https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparent = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(-|$)/

/** What an operation keeps of the request that asks for it. A caller's place in a trace is handed on as it is. */
export function originOf({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): Origin {
  const given = headers.traceparent
  const sane = typeof given === 'string' && given.length <= 128 && traceparent.test(given)
  return { requestId: id, ...(sane && { traceparent: given }) }
}
