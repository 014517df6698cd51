import type { Deployment, DeploymentSource, Plan, Unknown } from '@atlas/core'
import type { HealthCheck, Limits } from '../config/schema.ts'
import type { Environment } from '../names.ts'
import type { RegistrySettings } from '../platforms/containers/registry-settings.ts'
import type { Cluster, PodSettings } from '../platforms/kubernetes/settings.ts'
import type { PortAssignment, PortRange, Slot } from '../ports.ts'
import type { Host, ProxyName, RequestLimits, Tls } from '../proxies/proxy.ts'

/** A service as a release has it: everything needed to run it again, but for secrets, which are only named. */
export interface Service {
  name: string
  platform: string
  /** Folder in the repository. */
  path: string
  command: string
  env: Record<string, string>
  secrets: string[]
  health: HealthCheck
  drain_s: number
  /** In the repository, for platforms that run containers. */
  containerfile?: string
  build_args?: Record<string, string>
  /**
   * What runs: by its digest, known from when it was built, alone or behind where a registry has it; or, for a cluster, a reference. From then on the same
   * in every environment.
   */
  image?: string
  limits?: Limits
  /** Nothing is written but to /tmp and volumes. */
  read_only?: boolean
  /** Run once before traffic moves. */
  release?: { command: string; timeout_s: number }
  /** As configured, where it is. */
  port?: number
  kubernetes?: PodSettings
}

/** What a deployment put, or is to put, into an environment. Kept with it: what a rollback goes back to. */
export interface DeploymentSpec {
  services: Service[]
  /** By the name of the service. */
  running: Record<string, Wanted>
  domain?: Host
  front?: Front
  /** The machine with the load balancer. */
  master: string
  /** What balances there; absent: nginx. */
  proxy?: ProxyName
  /** Instead of that, load balancers of the cloud: their names, by service. */
  balancers?: Record<string, string>
  /** Where its images were built, where that was configured: the name of a machine. */
  builder?: string
  /** Where its images are, where that was configured. */
  registry?: RegistrySettings
  /** Names of the machines that run it. */
  machines: string[]
  /** The cloud's ids of all of these, by name: a machine that was made anew is another, and has nothing. */
  ids: Record<string, string>
  ports: PortAssignment[]
  /** From which they are; absent: `defaultPorts`. */
  portRange?: PortRange
  /** Instead of machines. */
  cluster?: Cluster
}

/** What the load balancer is told besides the routes; absent where nothing is configured. */
export interface Front {
  /** Beside `domain`. */
  hosts: Host[]
  limits?: RequestLimits
  tls?: Tls
}

/** What is to run of a service: the same from one deployment to the next where nothing of it changed. */
export interface Wanted {
  slot: Slot
  /** That it was started from: its files stay on the machines. */
  release: string
  /** A hash over commit, configuration, variables and versions of secrets. */
  version: string
  /** Versions of the secrets that were delivered to it, by name. */
  secrets: Record<string, string>
}

/** Of a machine that is still to be made, it is known once it is there: `{ "$after": "web4.private_ip" }`. */
export type Address = string | Unknown

export interface Machine<At extends Address = string> {
  name: string
  /** The cloud's. */
  id: string
  /** Private address, at which the others reach it. */
  address: At
}

/** What serves an environment now. */
export interface Serving {
  release: string
  spec: DeploymentSpec
}

export interface DeployInput {
  kind: Deployment['kind']
  workspace: string
  infrastructure: Pick<Plan, 'provider' | 'account' | 'region' | 'price'> & { name: string }
  project: string
  environment: Environment
  /** Of the environment: a plan against another is stale. */
  revision: number
  release: { tag: string; version: string; source: DeploymentSource }
  services: Service[]
  domain?: Host
  front?: Front
  /** Of the secrets that the services name: their versions as they are now, never a value. */
  secretVersions: Readonly<Record<string, string>>
  master: Machine
  proxy?: ProxyName
  /** By service. */
  balancers?: Readonly<Record<string, Pick<Machine, 'name' | 'id'>>>
  webs: Machine[]
  /** Where images are built; the first of `webs` where nothing is configured. */
  builder?: string
  registry?: RegistrySettings
  /** Its namespace stands where there is a machine otherwise: `master`, and the only one of `webs`. */
  cluster?: Cluster
  /** Of the whole infrastructure. */
  assigned: readonly PortAssignment[]
  portRange: PortRange
  serving: Serving | undefined
  /** What serves already is brought about anew all the same. */
  again?: boolean
  /** Releases that stay on the machines: what this environment could go back to. */
  keep: readonly string[]
  warnings?: string[]
}
