import type { Place } from '../platforms/platform.ts'
import { defaultLimits, type Host, type Site } from '../proxies/proxy.ts'
import type { Lane } from './draft.ts'
import type { DeployInput, DeploymentSpec, Machine } from './input.ts'
import { hostsOf, siteOf } from './site.ts'

export const placesOf = ({ running }: DeploymentSpec): Place[] =>
  Object.entries(running).map(([service, { slot }]) => ({ service, slot }))

export const emptySite = ({ project, environment }: Lane): Site => {
  return { project, environment, hosts: [], limits: defaultLimits, routes: [] }
}

/** Where requests are to go: to ports of machines, or to slots of a cluster. */
type Route = { site: Site } | { traffic: Place[]; hosts: Host[] }

export const routeOf = (input: DeployInput, spec: DeploymentSpec, machines: readonly Machine[]): Route =>
  input.cluster ? { traffic: placesOf(spec), hosts: hostsOf(spec) } : { site: siteOf(input, spec, machines) }

export const noRoute = (input: DeployInput): Route =>
  input.cluster ? { traffic: [], hosts: [] } : { site: emptySite(input) }
