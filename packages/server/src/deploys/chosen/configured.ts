import type { DeployWish } from '@atlas/api'
import { AtlasError, nearest } from '@atlas/core'
import {
  clusterFor,
  type DeployInput,
  type DeploymentConfig,
  defaultProxy,
  type Environment,
  type ProjectConfig,
  parseDeploymentConfig,
  resolverNamed,
  type Tree,
} from '@atlas/deploy'
import { balancersFor } from '../balancers.ts'
import { frontOf } from '../front.ts'
import { checkPlace } from '../named.ts'
import type { Chosen } from './chosen.ts'

export interface Configured {
  config: DeploymentConfig
  project: ProjectConfig
}

/** @throws AtlasError `config_invalid`, also where the project is not configured */
export function configured({ config, configFile, project }: DeployWish): Configured {
  const parsed = parseDeploymentConfig(config ?? '{}', configFile)
  const found = parsed.projects[project]
  if (found) return { config: parsed, project: found }
  const names = Object.keys(parsed.projects)
  const meant = nearest(project, names)
  throw new AtlasError('config_invalid', `${configFile ?? 'deployment_config.json'} has no project ${project}.`, {
    hint: meant ? `did you mean ${meant}?` : `it has ${names.join(', ') || 'none'}`,
  })
}

/** Whose releases an environment takes; the first in the order takes commits. */
export const beforeIn = ({ promotion }: ProjectConfig, environment: Environment): Environment | undefined =>
  promotion[promotion.indexOf(environment) - 1]

/** A release with the services that its files and the configuration give it in an environment. */
export async function asConfigured(
  { config, project }: Configured,
  wish: DeployWish,
  release: DeployInput['release'],
  files: Tree,
): Promise<Chosen> {
  const { environment } = checkPlace(wish)
  const own = project.environments[environment]
  const platform = resolverNamed(project.platform ?? config.deployment_platform)
  const [first] = Object.keys(project.services)
  const services = await Promise.all(
    Object.entries(project.services).map(async ([name, service]) => {
      const { image, ...resolved } = await platform.resolve(name, service, files)
      const reference = image?.replaceAll('{commit}', release.source.commit).replaceAll('{version}', release.version)
      const command = service.release ?? (name === first ? project.release : undefined)
      return {
        ...resolved,
        ...(reference && { image: reference }),
        env: { ...resolved.env, ...own?.env },
        ...(command && { release: command }),
      }
    }),
  )
  const service = project.services.frontend ? 'frontend' : first!
  // A cluster has its own way in.
  const proxy = platform.runsOn === 'cluster' ? defaultProxy : config.proxy
  const balancers = balancersFor(project, own, platform.runsOn)
  const front = balancers ? undefined : frontOf(project, own, proxy)
  return {
    infrastructure: config.infrastructure.name ?? 'fleet',
    release,
    services,
    ...(own?.domain !== undefined && { domain: { host: own.domain, service } }),
    ...(front && { front }),
    // What is on record without one is balanced by nginx.
    ...(proxy !== defaultProxy && !balancers && { proxy }),
    ...(balancers && { balancers }),
    ...(config.builder !== undefined && { builder: config.builder }),
    ...(config.registry && platform.runsOn === 'machines' && { registry: config.registry }),
    ...(platform.runsOn === 'cluster' && {
      cluster: clusterFor({ ...config.kubernetes, ...project.kubernetes }, wish.project, environment),
    }),
    portRange: config.port_range,
    keepReleases: own?.keep_releases ?? project.keep_releases,
  }
}
