import { setTimeout as sleep } from 'node:timers/promises'
import { isAtlasError } from '@atlas/core/errors'

/** Two more tries, soon: a server that restarts is back within a second, and people wait for the answer. */
const waitsMs = [150, 600]
const longestWaitMs = 5000

/** May this request be sent twice? What reads may, and what carries a key by which the server knows it again. */
export const repeatable = (method: string, headers: Headers): boolean =>
  method === 'GET' || method === 'HEAD' || headers.has('idempotency-key')

/** Repeats what failed because the server was away or asked to slow down. Where nobody listens at all it fails at once. */
export async function persist<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (const wait of waitsMs) {
    try {
      return await send()
    } catch (error) {
      const asked = isAtlasError(error) ? (error.retryAfterMs ?? 0) : 0
      if (signal?.aborted || !passes(error) || asked > longestWaitMs) throw error
      await sleep(Math.max(asked, wait * (0.5 + Math.random())), undefined, signal ? { signal } : {})
    }
  }
  return send()
}

function passes(error: unknown): boolean {
  if (isAtlasError(error, 'server_unreachable')) return !/ECONNREFUSED|ENOENT/.test(error.message)
  return isAtlasError(error) && error.retryAfterMs !== undefined
}
