import { setTimeout as sleep } from 'node:timers/promises'
import { isAtlasError } from '@atlas/core'
import { GateClosed } from './lease.ts'

/** `again`: certainly not carried out, so it may be repeated. `unknown`: perhaps carried out. `refused`: the cloud said no. */
export type Outcome<T> =
  | { kind: 'answer'; value: T }
  | { kind: 'again'; error: unknown; afterMs: number | undefined }
  | { kind: 'unknown'; error: unknown }

/**
 * Makes one cloud call and says what is known of it afterwards. The gate tells whether the request can have left: a
 * driver calls it immediately before writing, so what fails earlier was not sent.
 * @throws what the cloud refused with, unchanged
 */
export async function attempt<T>(gate: () => void, call: (gate: () => void) => Promise<T>): Promise<Outcome<T>> {
  let left = false
  try {
    const value = await call(() => {
      gate()
      left = true
    })
    return { kind: 'answer', value }
  } catch (error) {
    const kind = judge(error, left)
    if (kind === 'refused') throw error
    if (kind === 'unknown') return { kind, error }
    return { kind, error, afterMs: isAtlasError(error) ? error.retryAfterMs : undefined }
  }
}

/** Pure. What an error says of the request. An error that no driver named is taken for the worst where it had left. */
export function judge(error: unknown, left: boolean): 'again' | 'unknown' | 'refused' {
  if (error instanceof GateClosed) return 'again'
  if (!isAtlasError(error)) return left ? 'unknown' : 'refused'
  if (error.uncertain) return 'unknown'
  return isPassing(error) ? 'again' : 'refused'
}

/** Will it be different in a while? */
export const isPassing = (error: unknown): boolean =>
  isAtlasError(error, 'cloud_unavailable') ||
  isAtlasError(error, 'cloud_rate_limited') ||
  isAtlasError(error, 'credential_unavailable')

/** Milliseconds to wait before try number `tries` (1, 2, …): exponential with full jitter, so that many do not return at once. */
export function backoff(tries: number, { baseMs = 200, capMs = 20_000, random = Math.random } = {}): number {
  return (0.5 + random() / 2) * Math.min(capMs, baseMs * 2 ** Math.min(tries - 1, 20))
}

/** Waits, and leaves at once with the signal's reason when it fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(Math.max(0, ms), undefined, { signal })
  } catch {
    signal.throwIfAborted()
  }
}

/** Reads until the cloud answers. Reading changes nothing, so it is repeated for as long as the trouble may pass. */
export async function readPatiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
      const asked = isAtlasError(error) ? error.retryAfterMs : undefined
      await pause((asked ?? 0) + backoff(tries), signal)
    }
  }
}

/** What the promise gives, unless the signal fires first: then its reason. The promise goes on unheard. */
export function unlessLeft<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: left, reject } = Promise.withResolvers<never>()
  const leave = () => reject(signal.reason)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  return Promise.race([promise, left]).finally(() => {
    signal.removeEventListener('abort', leave)
    promise.catch(() => {})
  })
}
