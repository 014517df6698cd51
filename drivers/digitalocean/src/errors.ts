import { AtlasError, isAtlasError, type Removal } from '@atlas/core'
import type { HeadersSeen } from './wire.ts'

/** What the driver asked for, for messages: `POST /v2/droplets`. Never its body: that may hold secrets. */
export interface Asked {
  method: string
  path: string
}

/** Failures before anything left this computer: of these alone it is certain that nothing was carried out. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** No answer: the connection failed, broke, or took too long. */
export function noAnswer({ method, path }: Asked, cause: unknown): AtlasError {
  const code = codeOf(cause)
  return new AtlasError('cloud_unavailable', `DigitalOcean did not answer ${method} ${path} (${code}).`, {
    cause,
    hint: 'see whether this computer reaches it, and DIGITALOCEAN_API_URL where that is set; `atlas providers` tells when it answers',
    uncertain: method !== 'GET' && !neverSent.has(code),
  })
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return 'timeout'
  return 'code' in cause ? String(cause.code) : cause.message
}

/** An answer that is no success. DigitalOcean's bodies are `{ id, message, request_id }`. */
export function refusal(asked: Asked, status: number, headers: HeadersSeen, body: string): AtlasError {
  const { id, message, request_id } = problemIn(body)
  const request = request_id ?? headers.get('x-request-id')
  const said = `${message ?? `status ${status}`}${request ? ` (request ${request})` : ''}`
  const text = `DigitalOcean answered ${asked.method} ${asked.path}: ${said}`
  if (status === 401)
    return new AtlasError('cloud_unauthorized', text, { hint: 'Check DO_TOKEN or DIGITALOCEAN_API_TOKEN.' })
  if (status === 403) return new AtlasError('cloud_forbidden', text, { hint: "Give the token the API's scope for it." })
  // A proxy in between has its 404 too. Only the cloud's own means that something is gone.
  if (status === 404 && id === 'not_found') return new AtlasError('cloud_missing', text)
  if (status === 429) return new AtlasError('cloud_rate_limited', text, { retryAfterMs: retryAfter(headers) })
  if (status >= 500 || status === 404 || status < 400)
    return new AtlasError('cloud_unavailable', text, { uncertain: asked.method !== 'GET' && status >= 500 })
  return new AtlasError('cloud_refused', text)
}

function problemIn(body: string): { id?: string; message?: string; request_id?: string } {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}

/** Milliseconds to wait: Retry-After (seconds), else until the window gives requests back, else a second. */
export function retryAfter(headers: HeadersSeen, now = Date.now()): number {
  const seconds = Number(headers.get('retry-after'))
  if (seconds > 0) return seconds * 1000
  const reset = Number(headers.get('ratelimit-reset')) * 1000
  return Number(headers.get('ratelimit-remaining') ?? 1) <= 0 && reset > now ? reset - now : 1000
}

/** The cloud has something else to finish on that resource first; nothing was done, asking again later will do. */
export const isBusy = (error: unknown): boolean =>
  (isAtlasError(error, 'cloud_refused') || isAtlasError(error, 'cloud_forbidden')) &&
  /pending event|in progress|previous actions|already attached|not attached/i.test(error.message)

/** For calls whose refusal means "not yet": the next reading shows where it stands, and they are made again. */
export async function unlessBusy(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isBusy(error)) throw error
  }
}

export const isMissing = (error: unknown): boolean => isAtlasError(error, 'cloud_missing')

/** For deletions: what is missing already is as it should be, and what is busy is asked again. */
export async function removal(call: Promise<unknown>, done?: Removal): Promise<Removal | undefined> {
  try {
    await call
    return done
  } catch (error) {
    if (isMissing(error)) return undefined
    if (isBusy(error)) return 'again'
    throw error
  }
}
