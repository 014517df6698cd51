/** So many requests in so many seconds. */
export interface Rate {
  requests: number
  seconds: number
}

/** What is known of one caller: requests in the window that runs, and in the one before. */
export interface Counted {
  /** Which window runs: whole windows since 1970. */
  window: number
  now: number
  before: number
}

/** What is said to the caller in the RateLimit header. */
export interface Standing {
  allowed: boolean
  remaining: number
  /** Until all that is counted is forgotten, or, for a refused one, until the next is admitted. Whole seconds, at least 1. */
  resetSeconds: number
}

export const windowOf = (nowMs: number, { seconds }: Rate): number => Math.floor(nowMs / 1000 / seconds)

/** The counts as they stand in another window: what was now is before, what is older is forgotten. */
export function moveTo(counted: Counted, window: number): Counted {
  if (window === counted.window) return counted
  return { window, now: 0, before: window === counted.window + 1 ? counted.now : 0 }
}

/**
 * A window that slides: of the window before, the part counts that still lies within `seconds`. So nobody gets twice the
 * rate around a boundary, and two numbers are all that is kept.
 */
export function standing(counted: Counted, rate: Rate, nowMs: number): Standing {
  const passed = (nowMs / 1000 / rate.seconds) % 1
  const used = counted.now + counted.before * (1 - passed)
  const allowed = used + 1 <= rate.requests
  const left = (1 - passed) * rate.seconds
  const seconds = allowed ? left : waitFor(counted, rate, used, left)
  return {
    allowed,
    remaining: Math.max(0, Math.floor(rate.requests - used - (allowed ? 1 : 0))),
    resetSeconds: Math.max(1, Math.ceil(seconds)),
  }
}

/** Until one more fits: within this window by what the one before gives back, else at the latest when that ends. */
function waitFor({ before }: Counted, rate: Rate, used: number, left: number): number {
  const over = used + 1 - rate.requests
  const givenBackEach = before / rate.seconds
  return givenBackEach > 0 ? Math.min(left, over / givenBackEach) : left
}
