import { AtlasError, type JsonObject, nearest } from '@atlas/core'
import type { DeployInput, DeploymentSpec, EnvironmentConfig, ProjectConfig } from '@atlas/deploy'
import type { InfrastructureRecord, ResourceRecord } from '@atlas/store'
import type { Chosen } from './chosen/chosen.ts'

/**
 * Load balancers of the cloud that an environment stands behind, by service; `undefined` where a proxy balances.
 * @throws AtlasError `config_invalid`
 */
export function balancersFor(
  { services }: ProjectConfig,
  own: EnvironmentConfig | undefined,
  runsOn: 'machines' | 'cluster',
): Record<string, string> | undefined {
  const wanted = own?.load_balancer
  if (!wanted) return undefined
  const names = Object.keys(services)
  const invalid = (message: string, hint: string) => new AtlasError('config_invalid', message, { hint })
  if (runsOn === 'cluster')
    throw invalid('"load_balancer" is for machines: a cluster has its own way in.', 'no "load_balancer"')
  const unknown = Object.keys(wanted).find((service) => !names.includes(service))
  if (unknown !== undefined)
    throw invalid(
      `"load_balancer" is for ${unknown}, which is no service.`,
      `did you mean ${nearest(unknown, names) ?? names.join(' or ')}?`,
    )
  const without = names.filter((service) => wanted[service] === undefined)
  if (without.length > 0)
    throw invalid(
      `The cloud's load balancer knows ports and no paths, so each service needs its own: ${without.join(', ')} has none.`,
      `"load_balancer": {${names.map((service) => `"${service}": "${wanted[service] ?? `lb-${service}`}"`).join(', ')}}, or none at all: then ${'"proxy"'} balances`,
    )
  if (new Set(Object.values(wanted)).size < names.length)
    throw invalid('Two services cannot share a load balancer of the cloud.', 'name another one for each')
  const [key] = (['tls', 'domain', 'domains', 'limits'] as const).filter((one) => isGiven(own[one]))
  if (key === undefined) return wanted
  throw invalid(
    `"${key}" is for what balances on the master; ${Object.values(wanted).join(', ')} of the cloud balances here.`,
    key === 'tls'
      ? 'a forwarding rule of the load balancer with its "certificate", as the cloud has it'
      : `no "${key}": lead the DNS record to the address of the load balancer`,
  )
}

const isGiven = (value: object | string | undefined) =>
  value !== undefined && (typeof value === 'string' || Object.keys(value).length > 0)

interface Served {
  project: string
  environment: string
  spec: DeploymentSpec
}

/**
 * The same, as they are in the cloud.
 * @param others environments that are served from the same infrastructure
 * @throws AtlasError `deploy_impossible`
 */
export function balancersIn(
  record: InfrastructureRecord,
  { balancers }: Pick<Chosen, 'balancers'>,
  others: readonly Served[],
): DeployInput['balancers'] {
  if (!balancers) return undefined
  const all = record.resources.filter(({ type }) => type === 'load_balancer')
  const found = Object.entries(balancers).map(([service, name]) => {
    const one = all.find(({ resource, phase }) => resource === name && phase === 'ready')
    if (!one) throw missing(record, name, all)
    if (one.specifications.targets !== 'deploys')
      throw new AtlasError(
        'deploy_impossible',
        `Where ${name} sends to is in its description, and not for deploys to say.`,
        {
          hint: `"targets": "deploys" in the description of ${name}, instead of machines or tag, and: atlas up`,
        },
      )
    const other = others.find(({ spec }) => Object.values(spec.balancers ?? {}).includes(name))
    if (other)
      throw new AtlasError(
        'deploy_impossible',
        `${name} is the load balancer of ${other.project} ${other.environment}.`,
        {
          hint: 'name another one: each serves one service',
        },
      )
    return [service, { name, id: one.id }] as const
  })
  return Object.fromEntries(found)
}

function missing({ name }: InfrastructureRecord, wanted: string, all: readonly ResourceRecord[]): AtlasError {
  const names = all.map(({ resource }) => resource)
  const meant = nearest(wanted, names)
  return new AtlasError('deploy_impossible', `${name} has no load balancer ${wanted}.`, {
    hint: meant
      ? `did you mean ${meant}?`
      : `"load_balancers": ["${wanted}"] beside "name" in "infrastructure" of deployment_config.json, and: atlas up`,
  })
}

/**
 * Where a load balancer answers: at its first entry, by https where it has one.
 * @param httpPort what is 80 elsewhere; in a sandbox that may be another port of this computer
 */
export function addressOfBalancer({ resources }: InfrastructureRecord, name: string, httpPort: number): string | null {
  const found = resources.find(({ type, resource }) => type === 'load_balancer' && resource === name)
  const ip = found?.attributes.ip
  if (typeof ip !== 'string') return null
  const rules = found!.specifications.forwarding_rules as JsonObject[]
  const entry = rules.find(({ entry_protocol }) => entry_protocol !== 'http') ?? rules[0]!
  const scheme = entry.entry_protocol === 'http' ? 'http' : 'https'
  const port = entry.entry_port === 80 ? httpPort : entry.entry_port
  return new URL(`${scheme}://${ip}:${port}/`).href
}
