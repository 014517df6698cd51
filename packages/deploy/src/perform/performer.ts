import type { JsonObject, Work } from '@atlas/core'
import type { Performed, Performer, Task } from '@atlas/engine'
import { type At, epochOf, type Fence } from '../machine/fenced.ts'
import { local, type MachinePlace, type Machines } from '../machine/machines.ts'
import { type Environment, laneOf } from '../names.ts'
import type { Aim } from '../plan/aim.ts'
import type { Machine, Service } from '../plan/input.ts'
import type { RegistrySettings } from '../platforms/containers/registry-settings.ts'
import { platformNamed } from '../platforms/index.ts'
import type { Clusters } from '../platforms/kubernetes/clusters.ts'
import type { Cluster } from '../platforms/kubernetes/settings.ts'
import type { Place } from '../platforms/platform.ts'
import type { Slot } from '../ports.ts'
import { proxyNamed } from '../proxies/index.ts'
import { type CertificateOf, type Host, type ProxyName, type Site, securedFor } from '../proxies/proxy.ts'
import { withoutSecrets } from '../redact.ts'
import type { Secrets } from '../secrets.ts'
import type { Sources } from '../sources/git.ts'
import { aim, outlast } from './aim.ts'
import { buildOnce, builtIn, deliverAll } from './images.ts'
import { inCluster } from './in-cluster.ts'
import { known } from './known.ts'
import { onSource } from './on-source.ts'
import { runOnce } from './once.ts'
import { probe } from './probe.ts'
import { unhealthy } from './unhealthy.ts'
import { variablesFor } from './variables.ts'

export interface PerformerParts {
  sources: Sources
  secrets: Secrets
  machines: Machines
  certificateOf: CertificateOf
  /** As it is now; `undefined` where there is none of that name. */
  machineOf(place: MachinePlace): Promise<Machine | undefined>
  clusters: Clusters
}

/** What the steps of `plan/work.ts` say; each has what its action needs. */
export interface Specifications {
  project: string
  environment: Environment
  release: string
  slot: Slot
  platforms: string[]
  proxy?: ProxyName
  machine: string
  address: string
  master: string
  port: number
  service: Service
  site: Site
  /** Instead of a site: load balancers of the cloud. */
  aims?: Aim[]
  seconds: number
  stays: Place[]
  keep: string[]
  tag: string | null
  /** Where the step is one in a cluster. */
  cluster?: Cluster
  traffic: Place[]
  hosts: Host[]
  source: { url: string; commit: string }
  /** Where it is not the plan's own. */
  turn?: number
  /** The machine has just started. */
  fresh?: true
  services: Service[]
  elsewhere: string[]
  registry?: RegistrySettings
}

export interface Doing {
  task: Task
  given: Specifications
  fence: Fence
  /** Goes into the event that the step is done. */
  tell(facts: JsonObject): void
}

export interface OnMachine extends Doing {
  /** With the machine of the step, or another, in the hands of this worker. */
  on<T>(what: (at: At) => Promise<T>, machine?: string): Promise<T>
  /** Whether the machine of the step is there at all: where it is not, nothing runs on it. */
  isThere(): Promise<boolean>
}

/** Carries out the steps of deploys: on machines by SSH, or in a cluster. */
export function deployPerformer(parts: PerformerParts): Performer {
  return {
    async perform(task) {
      const { workspace, infrastructure, signal, plan, work } = task
      const addressOf = async (machine: string) =>
        (await parts.machineOf({ workspace, infrastructure, machine }))?.address
      const given = (await known(work.specifications, addressOf)) as unknown as Specifications
      const fence = {
        lane: laneOf(given.project, given.environment),
        turn: given.turn ?? plan.revision,
        epoch: epochOf(task),
        step: work.n,
      }
      let told: Performed
      const tell = (facts: JsonObject) => {
        told = facts
      }
      const { action } = work
      const { cluster } = given
      if (cluster) await inCluster[action](parts, { task, given, fence, tell, cluster })
      else
        await onMachines[action](parts, {
          task,
          given,
          fence,
          tell,
          on: (what, machine = given.machine) =>
            parts.machines.use({ workspace, infrastructure, machine }, (connected) =>
              what({ machine: connected, fence, signal }),
            ),
          isThere: async () => given.machine === local || (await addressOf(given.machine)) !== undefined,
        })
      return told
    },
  }
}

/** A table for each kind of place, as what a platform runs on decides which. */
export type Actions<D extends Doing> = Record<Work['action'], (parts: PerformerParts, doing: D) => Promise<unknown>>

const onMachines: Actions<OnMachine> = {
  ...onSource,

  build: buildOnce,
  deliver: deliverAll,

  async start({ secrets }, { task, given, on }) {
    const { release, slot, port, address } = given
    const service = builtIn(task, given.service)
    const own = await variablesFor(secrets, task, given)
    const instance = { service, release, slot, port, address, ...own }
    await withoutSecrets(
      () => Object.values(own.secrets),
      () => on((at) => platformNamed(service.platform).start(at, instance)),
    )
  },

  async probe({ secrets }, doing) {
    const { given, task, on } = doing
    const { service, address, port, master } = given
    const wrong = await on((at) => probe(() => at.machine.connect(address, port), service.health, task.signal), master)
    if (wrong !== undefined) throw await unhealthy(doing, secrets, wrong)
  },

  once: (parts, doing) =>
    runOnce(parts, doing, (once, signal) =>
      doing.on((at) => platformNamed(doing.given.service.platform).once({ ...at, signal }, once)),
    ),
  switch: route,
  restore: route,
  drain: (_, { task, given, on }) =>
    given.aims ? outlast(given.seconds, task.signal) : on((at) => proxyNamed(given.proxy).drain(at, given.seconds)),

  async stop(_, { given, on, isThere }) {
    if (!(await isThere())) return
    for (const platform of given.platforms.map(platformNamed)) await on((at) => platform.stop(at, given.stays))
  },

  async prune(_, { given, on, isThere }) {
    if (!(await isThere())) return
    for (const platform of given.platforms.map(platformNamed)) await on((at) => platform.prune(at, given.keep))
  },

  async withdraw(_, { given, on, isThere }) {
    if (!(await isThere())) return
    for (const platform of given.platforms.map(platformNamed)) {
      await on((at) => platform.stop(at, given.stays))
      await on((at) => platform.prune(at, given.keep))
    }
  },
}

async function route(parts: PerformerParts, doing: OnMachine): Promise<void> {
  const { task, given, on } = doing
  if (given.aims) return aim(parts, doing, given.aims)
  const certificate = await parts.certificateOf({ workspace: task.workspace, ...given }, given.site)
  const site = securedFor(given.site, certificate?.hosts)
  await on((at) => proxyNamed(given.proxy).configure(at, site, certificate))
}
