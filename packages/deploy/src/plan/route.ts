import type { Place } from '../platforms/platform.ts'
import { defaultLimits, type Host, type Site } from '../proxies/proxy.ts'
import { type Aim, aimsOf } from './aim.ts'
import type { Lane } from './draft.ts'
import type { Address, DeployInput, DeploymentSpec, Machine } from './input.ts'
import { hostsOf, siteOf } from './site.ts'

export const placesOf = ({ running }: DeploymentSpec): Place[] =>
  Object.entries(running).map(([service, { slot }]) => ({ service, slot }))

type Whose = Pick<Lane, 'project' | 'environment'>

const emptySite = ({ project, environment }: Whose): Site => {
  return { project, environment, hosts: [], limits: defaultLimits, routes: [] }
}

/** Where requests are to go: to ports of machines, by a proxy or a load balancer of the cloud, or to slots of a cluster. */
type Route = OnMachines | { traffic: Place[]; hosts: Host[] }
type OnMachines = { site: Site<Address> } | { aims: Aim[] }

export const routeOf = (input: DeployInput, spec: DeploymentSpec, machines: readonly Machine[]): Route =>
  input.cluster ? { traffic: placesOf(spec), hosts: hostsOf(spec) } : routeTo(input, spec, machines)

export const routeTo = (lane: Whose, spec: DeploymentSpec, machines: readonly Machine<Address>[]): OnMachines =>
  spec.balancers ? { aims: aimsOf(spec, machines) } : { site: siteOf(lane, spec, machines) }

/** It leads nowhere any more. */
export const noRoute = (lane: Whose & Pick<Lane, 'cluster'>, spec: DeploymentSpec): Route => {
  if (lane.cluster) return { traffic: [], hosts: [] }
  return spec.balancers ? { aims: aimsOf(spec, []) } : { site: emptySite(lane) }
}

/** Where requests arrive. */
export const doorOf = ({ balancers, master }: DeploymentSpec): string =>
  balancers ? [...new Set(Object.values(balancers))].sort().join('+') : master

/** What of the former door is to lead nowhere, now that requests come to another. */
export function abandoned(lane: Whose, now: DeploymentSpec, next: DeploymentSpec): OnMachines | undefined {
  if (!now.balancers) return next.balancers && { site: emptySite(lane) }
  const kept = Object.values(next.balancers ?? {})
  const aims = aimsOf(now, []).filter(({ balancer }) => !kept.includes(balancer))
  return aims.length > 0 ? { aims } : undefined
}

/** As it was, where traffic was not moved. @param stay machines that served and are there */
export function wayBack(input: DeployInput, next: DeploymentSpec, stay: readonly Machine[]): Route {
  const now = input.serving?.spec
  if (!next.balancers) return now && !now.balancers ? routeOf(input, now, stay) : noRoute(input, next)
  const before = now ? aimsOf(now, stay) : []
  const others = aimsOf(next, []).filter(({ balancer }) => !before.some((one) => one.balancer === balancer))
  return { aims: [...before, ...others] }
}
