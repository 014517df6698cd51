import type { RateLimiter, RateSeen } from '@atlas/core'
import { noAnswer, refusal, retryAfter } from './errors.ts'
import { type Incoming, type Outgoing, overHttp, type Send } from './wire.ts'

/** What one call of the engine brings along. */
export interface CallContext {
  gate?: () => void
  signal?: AbortSignal | undefined
}

export interface TransportOptions {
  /** Hard limit on a request, from connecting to the last byte of the answer. */
  requestTimeoutMs: number
  limiter?: RateLimiter | undefined
  send?: Send
}

/**
 * Sends one request, once: never a repetition, which is the engine's to decide.
 * @throws AtlasError for everything but a success; the signal's reason when it fires
 */
export function transport({ requestTimeoutMs, limiter, send = overHttp }: TransportOptions) {
  return ({ gate, signal }: CallContext) =>
    async (request: Outgoing): Promise<Incoming> => {
      const asked = { method: request.method, path: new URL(request.url).pathname }
      signal?.throwIfAborted()
      await limiter?.take(signal)
      if (asked.method !== 'GET') gate?.()
      const limit = AbortSignal.timeout(requestTimeoutMs)
      let answer: Incoming
      try {
        answer = await send(request, signal ? AbortSignal.any([signal, limit]) : limit)
      } catch (cause) {
        signal?.throwIfAborted()
        throw noAnswer(asked, cause)
      }
      limiter?.observed(rateSeen(answer))
      if (answer.status < 200 || answer.status > 299) throw refusal(asked, answer.status, answer.headers, answer.body)
      return answer
    }
}

function rateSeen({ status, headers }: Incoming): RateSeen {
  const number = (name: string) => (headers.has(name) ? Number(headers.get(name)) : undefined)
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((part) => number(`ratelimit-${part}`))
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { resetAt: reset * 1000 }),
    ...(status === 429 && { pauseMs: retryAfter(headers) }),
  }
}
