import { AtlasError, nearest } from '@atlas/core'
import {
  defaultLimits,
  type EnvironmentConfig,
  type Front,
  type ProjectConfig,
  type ProxyName,
  type RequestLimits,
  type Tls,
} from '@atlas/deploy'

/**
 * What the load balancer is told of an environment besides its routes; `undefined` where nothing is configured.
 * @throws AtlasError `config_invalid` where a host is for a service that there is not, or where the proxy cannot do that
 */
export function frontOf(
  project: ProjectConfig,
  own: EnvironmentConfig | undefined,
  proxy: ProxyName,
): Front | undefined {
  const services = Object.keys(project.services)
  const hosts = Object.entries(own?.domains ?? {}).map(([host, service]) => {
    if (services.includes(service)) return { host, service }
    const meant = nearest(service, services)
    throw new AtlasError('config_invalid', `The domain ${host} is for ${service}, which is no service.`, {
      hint: meant ? `did you mean ${meant}?` : `there is ${services.join(', ')}`,
    })
  })
  const limits = limitsOf(project, own)
  const tls = own?.tls && tlsOf(own.tls)
  if (tls && proxy === 'builtin')
    throw new AtlasError('config_invalid', 'The small proxy has no certificates: hosts answer by http alone.', {
      hint: '"proxy": "nginx" in deployment_config.json, or no "tls"',
    })
  if (tls && own?.domain === undefined && hosts.length === 0)
    throw new AtlasError('config_invalid', 'A certificate is for hosts, and there is none.', {
      hint: '"domain": "www.example.com" beside "tls"',
    })
  if (hosts.length === 0 && !limits && !tls) return undefined
  return { hosts, ...(limits && { limits }), ...(tls && { tls }) }
}

function tlsOf({ acme, certificate, key, hsts_days }: NonNullable<EnvironmentConfig['tls']>): Tls {
  const from: Tls['from'] = acme ? { acme } : { secrets: { certificate: certificate!, key: key! } }
  return { from, ...(hsts_days !== undefined && { hstsDays: hsts_days }) }
}

/** Names of the secrets with certificate and key. */
export const secretsOfFront = (front: Front | undefined): string[] => {
  const from = front?.tls?.from
  return from && 'secrets' in from ? [from.secrets.certificate, from.secrets.key] : []
}

/** Another certificate is another deployment, so that it is delivered. */
export function versioned(front: Front, versions: ReadonlyMap<string, { version: string }>): Front {
  const from = front.tls?.from
  if (!front.tls || !from || !('secrets' in from)) return front
  const version = secretsOfFront(front)
    .map((name) => versions.get(name)?.version)
    .join(' ')
  return { ...front, tls: { ...front.tls, from: { secrets: { ...from.secrets, version } } } }
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
