/** DigitalOcean's limits of September 2026: 5,000 requests in an hour, of these 250 in a minute. */
export interface RateLimit {
  perHour: number
  perMinute: number
}

export interface RateState {
  /** For the headers: the hour's limit, what is left of it, and when (seconds since 1970) all of it is back. */
  limit: number
  remaining: number
  reset: number
  /** Seconds to wait; absent where the request may pass. */
  retryAfter?: number
}

const minute = 60_000
const hour = 60 * minute

/** Counts requests in a sliding hour of 60 one-minute buckets, and in the minute that runs. Real time: a client waits in it. */
export function rateLimiter({ perHour, perMinute }: RateLimit, now: () => number = Date.now) {
  const buckets = new Map<number, number>()
  let inHour = 0

  /** `requests` 0 only asks. */
  return function take(requests: 0 | 1 = 1): RateState {
    const time = now()
    const current = Math.floor(time / minute)
    for (const [bucket, count] of buckets) {
      if (bucket > current - 60) break
      buckets.delete(bucket)
      inHour -= count
    }
    const inMinute = buckets.get(current) ?? 0
    const oldest = buckets.keys().next().value ?? current
    const reset = Math.ceil((oldest * minute + hour) / 1000)
    if (inHour >= perHour || inMinute >= perMinute) {
      const free = inHour >= perHour ? reset * 1000 : (current + 1) * minute
      const retryAfter = Math.max(1, Math.ceil((free - time) / 1000))
      return { limit: perHour, remaining: Math.max(0, perHour - inHour), reset, retryAfter }
    }
    buckets.set(current, inMinute + requests)
    inHour += requests
    return { limit: perHour, remaining: perHour - inHour, reset }
  }
}

/** `5000/h,250/min`, either part alone, or `off`. */
export function parseRateLimit(text: string): RateLimit {
  const limit = { perHour: Number.POSITIVE_INFINITY, perMinute: Number.POSITIVE_INFINITY }
  if (text === 'off') return limit
  for (const part of text.split(',')) {
    const match = /^(\d+)\/(h|min)$/.exec(part.trim())
    if (!match) throw new Error(`rate limit ${JSON.stringify(text)}: expected for example 5000/h,250/min, or off`)
    if (match[2] === 'h') limit.perHour = Number(match[1])
    else limit.perMinute = Number(match[1])
  }
  return limit
}
