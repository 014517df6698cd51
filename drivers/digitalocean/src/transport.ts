import type { RateLimiter, RateSeen } from '@atlas/core'
import { noAnswer, refusal, retryAfter } from './errors.ts'

/** What one call of the engine brings along. */
export interface CallContext {
  gate?: () => void
  signal?: AbortSignal | undefined
}

export interface TransportOptions {
  /** Hard limit on a request, from connecting to the last byte of the answer. */
  requestTimeoutMs: number
  limiter?: RateLimiter | undefined
  fetch?: typeof fetch
}

/**
 * Sends one request, once: never a repetition, which is the engine's to decide.
 * @throws AtlasError for everything but a success; the signal's reason when it fires
 */
export function transport({ requestTimeoutMs, limiter, fetch: send = fetch }: TransportOptions) {
  return ({ gate, signal }: CallContext) =>
    async (request: Request): Promise<Response> => {
      const asked = { method: request.method, path: new URL(request.url).pathname }
      signal?.throwIfAborted()
      await limiter?.take(signal)
      if (asked.method !== 'GET') gate?.()
      const limit = AbortSignal.timeout(requestTimeoutMs)
      const ends = { signal: signal ? AbortSignal.any([signal, limit]) : limit, redirect: 'error' as const }
      let answer: Response
      let body: string
      try {
        answer = await send(request, ends)
        body = await answer.text()
      } catch (cause) {
        signal?.throwIfAborted()
        throw noAnswer(asked, cause)
      }
      limiter?.observed(rateSeen(answer))
      if (!answer.ok) throw refusal(asked, answer.status, answer.headers, body)
      return read(answer, body)
    }
}

/** A response whose body has been read: a listing of thousands is not copied once more to be read again. */
const read = (answer: Response, body: string): Response =>
  Object.assign(new Response(null, answer), { text: async () => body, json: async () => JSON.parse(body) })

function rateSeen({ status, headers }: Response): RateSeen {
  const number = (name: string) => (headers.has(name) ? Number(headers.get(name)) : undefined)
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((part) => number(`ratelimit-${part}`))
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { resetAt: reset * 1000 }),
    ...(status === 429 && { pauseMs: retryAfter(headers) }),
  }
}
