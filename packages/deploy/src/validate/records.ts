import type { JsonObject } from '@atlas/core'
import type { Environment } from '../names.ts'
import type { DeploymentSpec, Machine } from '../plan/input.ts'
import type { PortAssignment } from '../ports.ts'
import type { MachineSight } from './look.ts'

/** An environment that a release serves, by the records. */
export interface Served {
  project: string
  environment: Environment
  release: string
  spec: DeploymentSpec
  /** What the load balancer sends nothing to, because it did not answer. */
  ejected?: readonly { service: string; machine: string }[]
  /** Which of its hosts have a certificate; absent: none. */
  secured?: readonly string[]
}

export interface Records {
  infrastructure: string
  /** That can be reached. */
  machines: readonly Machine[]
  served: readonly Served[]
  ports: readonly PortAssignment[]
  /** Load balancers of the cloud by name, in the words of a description; or why nothing is known. */
  balancers?: ReadonlyMap<string, JsonObject | Error>
  /** Lanes that an operation is changing: of those nothing is said. */
  changing: ReadonlySet<string>
}

/** Machine → what it says, or why it says nothing. */
export type Sights = ReadonlyMap<string, MachineSight | Error>
