import {
  type CertificateOf,
  configureNginx,
  type DeploymentSpec,
  type Environment,
  laneOf,
  type Machine,
  type Machines,
  siteOf,
} from '@atlas/deploy'
import type { WatchedEnvironment } from '@atlas/store'
import type { Logger } from '../../logging.ts'

export interface Configuring {
  machines: Machines
  certificateOf: CertificateOf
  log: Logger
}

export interface Wanted {
  there: readonly Machine[]
  isOut(service: string, machine: string): boolean
}

/**
 * The load balancer has the environment as it serves, without what is out. Behind the fence of the lane, as an operation
 * would be that comes after the last and before any other: whatever a deploy does from its first step on is later.
 * @throws AtlasError `fenced` where one has begun
 */
export async function configure(
  { machines, certificateOf }: Configuring,
  environment: WatchedEnvironment,
  { there, isOut }: Wanted,
  signal: AbortSignal,
): Promise<void> {
  const { workspace, infrastructure, project, revision } = environment
  const spec = environment.spec as unknown as DeploymentSpec
  const place = { project, environment: environment.environment as Environment }
  const present = spec.machines.flatMap(
    (name) => there.find((one) => one.name === name && one.id === spec.ids[name]) ?? [],
  )
  if (present.length === 0) return
  const site = siteOf(place, spec, present, isOut)
  const certificate = await certificateOf({ workspace, ...place }, site)
  const fence = { lane: laneOf(project, place.environment), turn: revision, epoch: 0 }
  await machines.use({ workspace, infrastructure, machine: spec.master }, (machine) =>
    configureNginx({ machine, fence, signal }, site, certificate),
  )
}
