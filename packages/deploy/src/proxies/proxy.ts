import type { Environment } from '../names.ts'

/** Where the requests of one environment of a project go. */
export interface Site<Address = string> {
  project: string
  environment: Environment
  /** Requests for this host go to one of the services, whatever their path. */
  domain?: { host: string; service: string }
  routes: Route<Address>[]
}

/** Requests for `/<project>/<environment>/<service>/`. */
export interface Route<Address = string> {
  service: string
  /** Private addresses of machines. */
  targets: { address: Address; port: number }[]
}

/** Limits for each address that asks. */
export interface Limits {
  requestsPerSecond: number
  connections: number
}

export const defaultLimits: Limits = { requestsPerSecond: 200, connections: 200 }
