/** Waits between attempts, in milliseconds: fourfold from 5 s, at most 6 h; eleven attempts over 26 hours. */
const first = 5000
const longest = 6 * 3_600_000
const attempts = 11

/** An endpoint that took nothing for so long is turned off. */
export const disableAfterMs = 3 * 24 * 3_600_000

/**
 * How long to wait after so many attempts that failed; `undefined` when that was the last. A fifth more or less by chance,
 * so that what failed together does not come back together.
 * @param chance from 0 to 1
 * @param askedMs what the endpoint asked for (Retry-After); heeded up to the longest wait
 */
export function retryMs(failed: number, chance: number, askedMs = 0): number | undefined {
  if (failed >= attempts) return undefined
  const wait = Math.min(longest, first * 4 ** (failed - 1))
  return Math.round(Math.max(wait * (0.8 + 0.4 * chance), Math.min(askedMs, longest)))
}
