import type { HealthCheck } from '../records/types.ts'

/** One droplet behind a load balancer. */
export interface Target {
  droplet: number
  address: string
  healthy: boolean
  /** Checks in a row that said the opposite of `healthy`. */
  doubts: number
  /** Whether its checks have decided: one that passes is enough for what is new, and failures have to be as many as for any other. */
  known: boolean
  /** Requests or connections under way. */
  busy: number
}

export const newTarget = (droplet: number, address: string): Target => ({
  droplet,
  address,
  healthy: false,
  doubts: 0,
  known: false,
  busy: 0,
})

/** Takes a check's result in: a state changes after as many contrary results in a row as the thresholds say. */
export function judge(
  target: Target,
  passed: boolean,
  check: Pick<HealthCheck, 'healthy_threshold' | 'unhealthy_threshold'>,
): void {
  if (target.known && passed === target.healthy) {
    target.doubts = 0
    return
  }
  target.doubts += 1
  const needed = passed ? check.healthy_threshold : check.unhealthy_threshold
  if (target.doubts < needed && (target.known || !passed)) return
  target.known = true
  target.healthy = passed
  target.doubts = 0
}

/** Whether requests may go by these: a round has looked at each, and there is one to send to, or nothing more to hope for. */
export const areReady = (targets: readonly Target[]): boolean =>
  targets.every(({ known, doubts }) => known || doubts > 0) &&
  (targets.some(({ healthy }) => healthy) || targets.every(({ known }) => known))

/** Takes turns among healthy targets, or the one with least to do. `preferred` is taken while it is healthy. */
export function chooser(algorithm: 'round_robin' | 'least_connections') {
  let turn = 0
  return (targets: readonly Target[], preferred?: number, not: readonly Target[] = []): Target | undefined => {
    const healthy = targets.filter((target) => target.healthy && !not.includes(target))
    const sticky = healthy.find(({ droplet }) => droplet === preferred)
    if (sticky || !healthy.length) return sticky
    if (algorithm === 'least_connections') return healthy.reduce((best, each) => (each.busy < best.busy ? each : best))
    turn = (turn + 1) % healthy.length
    return healthy[turn]
  }
}
