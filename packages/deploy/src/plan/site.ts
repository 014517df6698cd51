import type { Environment } from '../names.ts'
import { defaultLimits, type Host, type Site } from '../proxies/proxy.ts'
import type { Address, DeploymentSpec, Machine, Service } from './input.ts'

/** Where the pods of a service listen that names no port. */
const podPort = 8080

/** Where a service of a deployment listens. */
export function portOf({ ports, running, cluster, services }: DeploymentSpec, { name }: Pick<Service, 'name'>): number {
  if (cluster) return services.find((one) => one.name === name)?.port ?? podPort
  return ports.find((one) => one.service === name && one.slot === running[name]?.slot)!.port
}

/** Every host whose requests go to one of the services. */
export const hostsOf = ({ domain, front }: Pick<DeploymentSpec, 'domain' | 'front'>): Host[] => [
  ...(domain ? [domain] : []),
  ...(front?.hosts ?? []),
]

/**
 * What the load balancer has of an environment where a deployment serves it.
 * @param isOut whether it sends nothing there
 */
export function siteOf<At extends Address = string>(
  { project, environment }: { project: string; environment: Environment },
  spec: DeploymentSpec,
  machines: readonly Pick<Machine<At>, 'name' | 'address'>[],
  isOut: (service: string, machine: string) => boolean = () => false,
): Site<At> {
  return {
    project,
    environment,
    hosts: hostsOf(spec),
    limits: spec.front?.limits ?? defaultLimits,
    ...(spec.front?.tls && { tls: spec.front.tls }),
    routes: spec.services.map((service) => ({
      service: service.name,
      targets: machines.map(({ name, address }) => ({
        address,
        port: portOf(spec, service),
        ...(isOut(service.name, name) && { down: true }),
      })),
    })),
  }
}
