/** What is known of the answers of one target, in milliseconds of one clock. */
export interface Answering {
  /** Since when it owes an answer. */
  owesSince?: number
  /** When it was asked what it answered well last. */
  wellAskedAt?: number
  /** How long a good answer takes it: the longest of late. */
  usualMs?: number
}

/** The more, the longer requests go to what hangs; the less, the sooner a moment's pause is taken for that. */
const leastMs = 300
const timesUsual = 4
/** A slow answer counts less with each that follows. */
const forgetting = 0.8

/**
 * Whether it is not to be waited for until its time is over: it takes far longer than it does usually, and another of its
 * service, asked later, has answered meanwhile. So nothing is said of it where all are slow, or who asks is. Pure.
 */
export function hangs({ owesSince, usualMs }: Answering, fellows: readonly Answering[], now: number): boolean {
  if (owesSince === undefined || usualMs === undefined) return false
  const isLate = now - owesSince >= Math.max(leastMs, timesUsual * usualMs)
  return isLate && fellows.some(({ wellAskedAt = 0 }) => wellAskedAt > owesSince)
}

/** It has answered, or its time was over. */
export function answered({ owesSince = 0, wellAskedAt, usualMs }: Answering, isWell: boolean, now: number): Answering {
  if (isWell) return { wellAskedAt: owesSince, usualMs: Math.max(now - owesSince, (usualMs ?? 0) * forgetting) }
  return { ...(wellAskedAt !== undefined && { wellAskedAt }), ...(usualMs !== undefined && { usualMs }) }
}
