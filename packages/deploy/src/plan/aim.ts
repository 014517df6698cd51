import type { HealthCheck } from '../config/schema.ts'
import type { DeploymentSpec, Machine } from './input.ts'
import { portOf } from './site.ts'

/** Where a load balancer of the cloud sends what comes to it. */
export interface Aim {
  /** Its name in the infrastructure. */
  balancer: string
  service: string
  /** The same on every machine: the cloud's rules know one. */
  port: number
  /** Names; none: it answers by itself that there is nobody. */
  machines: string[]
  health: HealthCheck
}

/** One for each service of a deployment that stands behind load balancers of the cloud. */
export const aimsOf = (spec: DeploymentSpec, machines: readonly Pick<Machine, 'name'>[]): Aim[] =>
  Object.entries(spec.balancers ?? {}).flatMap(([name, balancer]) => {
    const service = spec.services.find((one) => one.name === name)
    if (!service) return []
    const names = machines.map((machine) => machine.name)
    return [{ balancer, service: name, port: portOf(spec, service), machines: names, health: service.health }]
  })
