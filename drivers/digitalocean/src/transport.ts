import type { RateLimiter, RateSeen } from '@atlas/core'
import { type Asked, noAnswer, refusal, retryAfter } from './errors.ts'
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
      signal?.throwIfAborted()
      await limiter?.take(signal)
      if (request.method !== 'GET') gate?.()
      let answer: Incoming
      try {
        answer = await send(request, { timeoutMs: requestTimeoutMs, signal })
      } catch (cause) {
        signal?.throwIfAborted()
        throw noAnswer(asked(request), cause)
      }
      limiter?.observed(rateSeen(answer))
      if (answer.status < 200 || answer.status > 299)
        throw refusal(asked(request), answer.status, answer.headers, answer.body)
      return answer
    }
}

const asked = ({ method, url }: Outgoing): Asked => ({ method, path: new URL(url).pathname })

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
