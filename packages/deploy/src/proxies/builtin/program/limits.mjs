/** So many addresses are remembered before those are forgotten that could ask as if they were new; and so often that is tried. */
const roomFor = 10_000
const forgetMs = 1000

/**
 * What one address may ask of one environment: so many requests a second, twice as many at once, and so many at the same time.
 * @param {{ requestsPerSecond: number, connections: number }} limits
 */
export function limiter({ requestsPerSecond, connections }) {
  const most = requestsPerSecond * 2 + 1
  /** @type {Map<string, { left: number, at: number, open: number }>} */
  const known = new Map()
  let forgotten = -forgetMs

  /** @param {{ left: number, at: number }} one @param {number} now */
  const leftAt = ({ left, at }, now) => Math.min(most, left + ((now - at) / 1000) * requestsPerSecond)

  /** @param {number} now */
  function forget(now) {
    if (known.size < roomFor || now - forgotten < forgetMs) return
    forgotten = now
    for (const [address, one] of known) if (one.open === 0 && leftAt(one, now) >= most) known.delete(address)
  }

  /**
   * Whether one more may begin; then it is to be told when it has ended.
   * @param {string} address @param {number} [now] milliseconds of a clock that never goes back
   * @returns {(() => void) | undefined}
   */
  return function begin(address, now = performance.now()) {
    forget(now)
    const one = known.get(address) ?? { left: most, at: now, open: 0 }
    known.set(address, one)
    one.left = leftAt(one, now)
    one.at = now
    if (one.left < 1 || one.open >= connections) return undefined
    one.left -= 1
    one.open += 1
    return () => {
      one.open -= 1
    }
  }
}
