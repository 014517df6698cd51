import {
  type CertificateOf,
  type Environment,
  type Fence,
  laneOf,
  type Machine,
  type Machines,
  proxyNamed,
  securedFor,
  siteOf,
} from '@atlas/deploy'
import type { Term, WatchedEnvironment } from '@atlas/store'
import type { Logger } from '../../logging.ts'
import { specOf } from '../spec.ts'

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
  term: Term,
): Promise<void> {
  const { workspace, infrastructure, project } = environment
  const spec = specOf(environment)
  const place = { project, environment: environment.environment as Environment }
  const present = spec.machines.flatMap(
    (name) => there.find((one) => one.name === name && one.id === spec.ids[name]) ?? [],
  )
  if (present.length === 0) return
  const site = siteOf(place, spec, present, isOut)
  const certificate = await certificateOf({ workspace, ...place }, site)
  const at = { fence: fenceOf(environment, term), signal: term.held }
  await machines.use({ workspace, infrastructure, machine: spec.master }, (machine) =>
    proxyNamed(spec.proxy).configure({ machine, ...at }, securedFor(site, certificate?.hosts), certificate),
  )
}

/** Behind that of the last operation, before that of any other; and behind those of all earlier terms. */
export const fenceOf = (
  { project, environment, revision }: WatchedEnvironment,
  { number }: Pick<Term, 'number'>,
): Fence => ({
  lane: laneOf(project, environment as Environment),
  turn: revision,
  epoch: number,
})
