import type { DeployWish } from '@atlas/api'
import { AtlasError, type DeploymentSource, type JsonObject, nearest, type Plan, type Release } from '@atlas/core'
import {
  type Cluster,
  clusterFor,
  type DeployInput,
  type DeploymentConfig,
  type DeploymentSpec,
  type Environment,
  environments,
  type Front,
  isName,
  nameRule,
  type PortRange,
  type ProjectConfig,
  parseDeploymentConfig,
  resolverNamed,
  type Service,
  type Source,
  type Tree,
  tagFor,
  urlOf,
  versionOf,
  workingTreeUrl,
} from '@atlas/deploy'
import type { DeploymentRecord, EnvironmentRecord } from '@atlas/store'
import { frontOf } from './front.ts'
import type { DeployParts } from './plan.ts'

/** What is to be deployed, whichever way it was asked for. */
export interface Chosen {
  infrastructure: string
  release: DeployInput['release']
  services: Service[]
  domain?: NonNullable<DeployInput['domain']>
  builder?: string
  front?: Front
  portRange: PortRange
  keepReleases: number
  /** Also where it serves already. */
  again?: boolean
  /** Instead of machines. */
  cluster?: Cluster
}

/** Where an earlier deployment is gone back to, its ports are assigned already. */
const defaultPorts: PortRange = { base: 8000, size: 1000 }

/** A way back has no configuration that says how many stay, so it takes none away. */
const everyRelease = 100

type Choose = (
  parts: DeployParts,
  workspace: string,
  wish: DeployWish,
  there: EnvironmentRecord | undefined,
) => Promise<Chosen>

/** @throws AtlasError `usage` */
export function checkPlace({ project, environment }: Pick<DeployWish, 'project' | 'environment'>): {
  project: string
  environment: Environment
} {
  const known = environments.find((one) => one === environment)
  if (!isName(project))
    throw new AtlasError('usage', `${JSON.stringify(project)} is no name of a project: ${nameRule}.`)
  if (known) return { project, environment: known }
  const meant = nearest(environment, environments)
  const swapped = environments.some((one) => one === project)
  const guess = swapped ? `; ${project} stands where the project belongs` : meant ? `; did you mean ${meant}?` : ''
  throw new AtlasError('usage', `There is no environment ${JSON.stringify(environment)}.`, {
    hint: `there are ${environments.join(', ')}${guess}`,
  })
}

/** Of `there`, whose projects are known, the one that may have been meant is named. */
export function neverDeployed(
  { project, environment }: Pick<DeployWish, 'project' | 'environment'>,
  there: readonly Pick<EnvironmentRecord, 'project' | 'environment'>[],
): AtlasError {
  const known = there.some((one) => one.project === project)
  const meant = known ? undefined : nearest(project, new Set(there.map((one) => one.project)))
  return new AtlasError('not_found', `Nothing of ${project} was ever deployed to ${environment}.`, {
    hint: meant ? `did you mean ${meant}?` : `atlas deploy ${environment} ${project} --plan`,
  })
}

/** Whose releases an environment takes; the first in the order takes commits. */
const beforeIn = ({ promotion }: ProjectConfig, environment: Environment): Environment | undefined =>
  promotion[promotion.indexOf(environment) - 1]

/** A commit of the project's repository becomes a release. */
export const planNew: Choose = async ({ source, store }, workspace, wish) => {
  const { config, project } = configured(wish)
  const { environment } = checkPlace(wish)
  const earlier = beforeIn(project, environment)
  if (earlier !== undefined)
    throw new AtlasError('deploy_impossible', `${environment} takes only what has served ${earlier}.`, {
      hint: `atlas deploy ${earlier} ${wish.project}, then promote it: atlas deploy ${environment} ${wish.project}`,
    })
  const { source: from, tags, before } = await sourceOf(source, workspace, wish, { config, project })
  const files = await source.tree(from.url, from.commit)
  const [packageJson, versionFile] = await Promise.all([files.read('package.json'), files.read('VERSION')])
  const version = versionOf({ packageJson, versionFile, tags: before })
  const known = await store.deploys.releases(workspace, { project: wish.project, limit: 1000 })
  const taken = new Set([...tags, ...known.map(({ tag }) => tag)])
  const moment = { version, environment, at: new Date(wish.at), local: from.local !== undefined }
  return chosen(config, project, wish, { tag: tagFor(moment, taken), version, source: from }, files)
}

/** A commit of the repository, or a working tree that was sent. */
async function sourceOf(
  source: Source,
  workspace: string,
  wish: DeployWish,
  { config, project }: ReturnType<typeof configured>,
): Promise<{ source: DeploymentSource; tags: string[]; before: string[] }> {
  if (wish.workingTree !== undefined) {
    const url = workingTreeUrl(workspace, wish.project)
    const { base, dirty, ...tree } = await source.workingTree(url, wish.workingTree)
    return { source: { url, ref: 'working tree', ...tree, local: { base, dirty } }, tags: [], before: [] }
  }
  const url = project.git_url ?? (config.git_config && urlOf(wish.project, config.git_config))
  if (url === undefined)
    throw new AtlasError('config_invalid', `Nothing says where the repository of ${wish.project} is.`, {
      hint: '"git_config": {"base_url": "https://github.com/yourorg"} in deployment_config.json',
    })
  const ref = wish.ref ?? 'main'
  const { commit, tree, tags, before } = await source.resolve(url, ref)
  return { source: { url, ref, commit, tree }, tags, before }
}

/** The same commit that served the environment before, with the variables of the other. */
export const promote: Choose = async ({ source, store }, workspace, wish) => {
  const { config, project } = configured(wish)
  const { environment } = checkPlace(wish)
  const before = beforeIn(project, environment)
  if (before === undefined)
    throw new AtlasError('deploy_impossible', `Nothing comes before ${environment}, so nothing is promoted to it.`, {
      hint: `atlas deploy ${environment} ${wish.project}`,
    })
  const record = wish.release
    ? await store.deploys.release(workspace, wish.project, wish.release)
    : (await store.deploys.environment(workspace, wish.project, before))?.serving?.release
  if (!record)
    throw new AtlasError('deploy_impossible', `No release of ${wish.project} serves ${before}.`, {
      hint: `atlas deploy ${before} ${wish.project}`,
    })
  if (!record.servedIn.includes(before))
    throw new AtlasError('deploy_impossible', `${record.tag} never served ${before}, so it is not proven.`, {
      hint: `atlas deploy ${before} ${wish.project}, then atlas deploy ${environment} ${wish.project}`,
    })
  if (record.dirty && !wish.allowDirty)
    throw new AtlasError(
      'deploy_impossible',
      `${record.tag} has changes that are in no commit: it is based on ${record.base?.slice(0, 10)}.`,
      {
        hint: `commit and push them, then atlas deploy ${before} ${wish.project}; or promote it as it is: atlas deploy ${environment} ${wish.project} --allow-dirty`,
      },
    )
  const found = await chosen(config, project, wish, releaseOf(record), await source.tree(record.url, record.commit))
  return { ...found, services: found.services.map((service) => asBuilt(service, record)) }
}

/** What ran in uat is what runs: it is not built again. @throws AtlasError `deploy_impossible` */
function asBuilt(service: Service, { tag, images, project }: Release): Service {
  const image = images[service.name]
  if (image !== undefined && (service.containerfile ?? service.image) !== undefined) return { ...service, image }
  if (service.containerfile === undefined) return service
  throw new AtlasError(
    'deploy_impossible',
    `${tag} has no image of ${service.name}: it did not serve uat as a container.`,
    {
      hint: `atlas deploy uat ${project}`,
    },
  )
}

/**
 * What served there before, as it was then: services, variables and domain, not what is configured now. Where what serves
 * now is named, it is brought about again: so is mended what does not run as it is on record.
 */
export const goBack: Choose = async (_, __, wish, there) => {
  const earlier = (there?.served ?? []).filter(({ release }) => release.tag !== there?.serving?.release.tag)
  const found = wish.release ? there?.served.find(({ release }) => release.tag === wish.release) : earlier[0]
  if (!found || !there)
    throw new AtlasError(
      'deploy_impossible',
      `${wish.project} ${wish.environment} has ${wish.release ? `never served ${wish.release}` : 'no earlier release'}.`,
      {
        hint:
          earlier.length > 0
            ? `there is ${earlier.map(({ release }) => release.tag).join(', ')}`
            : `atlas releases ${wish.project}`,
      },
    )
  const named = wish.release !== undefined && wish.release === there.serving?.release.tag
  return { ...asRecorded(there, found), again: named }
}

/** What serves there, as it is on record: only its secrets may be others by now. */
export const again: Choose = async (_, __, { project, environment }, there) => {
  if (there?.serving) return asRecorded(there, there.serving)
  throw new AtlasError('deploy_impossible', `Nothing of ${project} serves ${environment}.`, {
    hint: `atlas deploy ${environment} ${project}`,
  })
}

function asRecorded({ infrastructure }: EnvironmentRecord, { release, spec }: DeploymentRecord): Chosen {
  const { services, domain, front, builder, cluster } = spec as unknown as DeploymentSpec
  return {
    infrastructure,
    release: releaseOf(release),
    services,
    ...(domain && { domain }),
    ...(builder !== undefined && { builder }),
    ...(cluster && { cluster }),
    ...(front && { front }),
    portRange: defaultPorts,
    keepReleases: everyRelease,
  }
}

/**
 * What of a wish stays said when it has to wait. A promotion is of what was proven when it was asked for. Where a way back
 * names no release, how the one before it ends decides what that would be, so it does not wait.
 */
export function wishThatWaits(wish: DeployWish, { deployment }: Plan): { wish?: JsonObject } {
  if (wish.kind === 'rollback' && wish.release === undefined) return {}
  const meant = wish.kind === 'promote' && deployment ? { ...wish, release: deployment.release } : wish
  return { wish: meant as unknown as JsonObject }
}

export const releaseOf = (release: Release): DeployInput['release'] => {
  const { tag, version, url, ref, commit, tree, base, dirty } = release
  return { tag, version, source: { url, ref, commit, tree, ...(base !== null && { local: { base, dirty } }) } }
}

function configured({ config, configFile, project }: DeployWish): { config: DeploymentConfig; project: ProjectConfig } {
  const parsed = parseDeploymentConfig(config ?? '{}', configFile)
  const found = parsed.projects[project]
  if (found) return { config: parsed, project: found }
  const names = Object.keys(parsed.projects)
  const meant = nearest(project, names)
  throw new AtlasError('config_invalid', `${configFile ?? 'deployment_config.json'} has no project ${project}.`, {
    hint: meant ? `did you mean ${meant}?` : `it has ${names.join(', ') || 'none'}`,
  })
}

async function chosen(
  config: DeploymentConfig,
  project: ProjectConfig,
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
  const front = frontOf(project, own)
  return {
    infrastructure: config.infrastructure.name ?? 'fleet',
    release,
    services,
    ...(own?.domain !== undefined && { domain: { host: own.domain, service } }),
    ...(front && { front }),
    ...(config.builder !== undefined && { builder: config.builder }),
    ...(platform.runsOn === 'cluster' && {
      cluster: clusterFor({ ...config.kubernetes, ...project.kubernetes }, wish.project, environment),
    }),
    portRange: config.port_range,
    keepReleases: own?.keep_releases ?? project.keep_releases,
  }
}
