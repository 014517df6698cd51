/** The sandbox's time: the computer's, plus what an admin has advanced it by, so that a month can be metered in a test. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Moves forward, never back: an interval must not end before it began. */
  advance(ms: number): void
  readonly offset: number
}

export function openClock(offset = 0): Clock {
  let ahead = offset
  return {
    now: () => Date.now() + ahead,
    advance(ms) {
      if (ms < 0) throw new RangeError(`the clock only moves forward, not by ${ms} ms`)
      ahead += ms
    },
    get offset() {
      return ahead
    },
  }
}

/** DigitalOcean's form: seconds, UTC, `2020-07-21T18:37:44Z`. */
export function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
