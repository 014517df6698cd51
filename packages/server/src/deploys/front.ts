import { AtlasError, nearest } from '@atlas/core'
import {
  defaultLimits,
  type EnvironmentConfig,
  type Front,
  type ProjectConfig,
  type RequestLimits,
} from '@atlas/deploy'

/**
 * What the load balancer is told of an environment besides its routes; `undefined` where nothing is configured.
 * @throws AtlasError `config_invalid` where a host is for a service that there is not
 */
export function frontOf(project: ProjectConfig, own: EnvironmentConfig | undefined): Front | undefined {
  const services = Object.keys(project.services)
  const hosts = Object.entries(own?.domains ?? {}).map(([host, service]) => {
    if (services.includes(service)) return { host, service }
    const meant = nearest(service, services)
    throw new AtlasError('config_invalid', `The domain ${host} is for ${service}, which is no service.`, {
      hint: meant ? `did you mean ${meant}?` : `there is ${services.join(', ')}`,
    })
  })
  const limits = limitsOf(project, own)
  return hosts.length > 0 || limits ? { hosts, ...(limits && { limits }) } : undefined
}

function limitsOf({ limits: all }: ProjectConfig, own: EnvironmentConfig | undefined): RequestLimits | undefined {
  if (!all && !own?.limits) return undefined
  const { requests_per_second, connections, body_mb } = { ...all, ...own?.limits }
  return {
    requestsPerSecond: requests_per_second ?? defaultLimits.requestsPerSecond,
    connections: connections ?? defaultLimits.connections,
    bodyMb: body_mb ?? defaultLimits.bodyMb,
  }
}
