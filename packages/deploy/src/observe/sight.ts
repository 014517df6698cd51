import type { DeploymentSpec } from '../plan/input.ts'
import type { Running } from '../platforms/platform.ts'

/** One service on one machine, as it was found just now. */
export interface InstanceSight {
  service: string
  machine: string
  /** `unknown`: it could not be asked within its time. */
  state: 'healthy' | 'unhealthy' | 'stopped' | 'unknown'
  /** Which release runs there; null where nothing does, or nobody knows. */
  release: string | null
  /** ISO 8601, by the machine's clock. */
  since: string | null
  /** Why it is anything but healthy. */
  reason: string | null
}

/** What was asked about an instance, and what came of it. */
export interface Asked {
  service: string
  machine: string
  /** What its machine runs, or why nobody knows. */
  runs: readonly Running[] | Error
  /** What its health check found wrong, `undefined` where nothing, or why it could not be asked. */
  health: string | undefined | Error
}

export function sightOf({ running }: Pick<DeploymentSpec, 'running'>, asked: Asked): InstanceSight {
  const { service, machine, runs, health } = asked
  const nobody = { service, machine, release: null, since: null }
  if (runs instanceof Error) return { ...nobody, state: 'unknown', reason: runs.message }
  const found = runs.find((one) => one.service === service && one.slot === running[service]?.slot)
  if (!found) return { ...nobody, state: 'stopped', reason: `nothing of it is on ${machine}` }
  const { release, since } = found
  const seen = { service, machine, release, since }
  if (!found.alive) return { ...seen, state: 'stopped', reason: 'it has ended' }
  if (health instanceof Error) return { ...seen, state: 'unknown', reason: health.message }
  if (health !== undefined) return { ...seen, state: 'unhealthy', reason: health }
  return { ...seen, state: 'healthy', reason: null }
}
