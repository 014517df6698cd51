import { setTimeout as pause } from 'node:timers/promises'
import type { Machines } from '../machine/machines.ts'
import { type Environment, laneOf } from '../names.ts'
import { tryOnce } from '../perform/probe.ts'
import type { DeploymentSpec, Machine, Service } from '../plan/input.ts'
import { portOf } from '../plan/site.ts'
import { platformNamed } from '../platforms/index.ts'
import type { Clusters } from '../platforms/kubernetes/clusters.ts'
import { observeCluster } from '../platforms/kubernetes/sight.ts'
import type { Running } from '../platforms/platform.ts'
import { type InstanceSight, sightOf } from './sight.ts'

export type { InstanceSight } from './sight.ts'

export interface Lane {
  workspace: string
  infrastructure: string
  project: string
  environment: Environment
}

/** Asked of everything at once, and of nothing for longer. */
export const lookMs = 5000

/**
 * What really runs of a deployment: each machine is asked what it runs, each instance for its health from the load
 * balancer's machine. Nothing is changed anywhere. Takes `timeMs` at most; who has not answered by then is unknown.
 */
export async function observe(
  { machines, clusters }: { machines: Machines; clusters: Clusters },
  lane: Lane,
  spec: DeploymentSpec,
  addresses: ReadonlyMap<string, string>,
  timeMs = lookMs,
): Promise<InstanceSight[]> {
  const { cluster } = spec
  if (cluster)
    return observeCluster(clusters, lane, laneOf(lane.project, lane.environment), { ...spec, cluster }, timeMs)
  const time = AbortSignal.timeout(timeMs)
  const look: Look = { machines, lane, spec, time, timeMs }
  const all = spec.machines.map(async (machine) => {
    const runs = within(look, machine, runningOn(look, machine))
    return Promise.all(
      spec.services.map(async (service) => {
        const [there, health] = await Promise.all([runs, healthOf(look, service, machine, addresses.get(machine))])
        return sightOf(spec, { service: service.name, machine, runs: there, health })
      }),
    )
  })
  return (await Promise.all(all)).flat()
}

interface Look {
  machines: Machines
  lane: Lane
  spec: DeploymentSpec
  time: AbortSignal
  timeMs: number
}

async function runningOn({ machines, lane, spec, time }: Look, machine: Machine['name']): Promise<Running[]> {
  const platforms = [...new Set(spec.services.map(({ platform }) => platform))].map(platformNamed)
  const looking = { lane: laneOf(lane.project, lane.environment), signal: time }
  return machines.use({ ...lane, machine }, async (connected) =>
    (await Promise.all(platforms.map((one) => one.running({ ...looking, machine: connected })))).flat(),
  )
}

async function healthOf(look: Look, service: Service, machine: string, address: string | undefined) {
  if (address === undefined) return new Error(`${machine} has no address any more`)
  const { machines, lane, spec, time } = look
  // Shorter than the whole look, so that a service that hangs is told from a master that does.
  const check = { ...service.health, timeout_s: Math.min(service.health.timeout_s, (look.timeMs * 0.7) / 1000) }
  const asked = machines.use({ ...lane, machine: spec.master }, (master) =>
    tryOnce(() => master.connect(address, portOf(spec, service)), check, time),
  )
  return within(look, spec.master, asked)
}

/** A connection that is still being made when the time is over goes on by itself, and is found by the next look. */
async function within<T>({ time, timeMs }: Look, machine: string, work: Promise<T>): Promise<T | Error> {
  const late = pause(timeMs * 2, undefined, { signal: time, ref: false }).catch(
    () => new Error(`${machine} did not answer within ${timeMs / 1000} s`),
  )
  return Promise.race([work.catch((error: Error) => error), late as Promise<Error>])
}
