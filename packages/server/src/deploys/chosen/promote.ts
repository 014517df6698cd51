import { AtlasError, type Release } from '@atlas/core'
import type { ProjectConfig, Service } from '@atlas/deploy'
import { checkPlace } from '../named.ts'
import type { Choose } from './chosen.ts'
import { asConfigured, beforeIn, configured } from './configured.ts'
import { releaseOf } from './on-record.ts'

/** The same commit that served the environment before, with the variables of the other. */
export const promote: Choose = async ({ source, store }, workspace, wish) => {
  const found = configured(wish)
  const { environment } = checkPlace(wish)
  const before = beforeIn(found.project, environment)
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
  const chosen = await asConfigured(found, wish, releaseOf(record), await source.tree(record.url, record.commit))
  return { ...chosen, services: chosen.services.map((service) => asBuilt(service, record, found.project)) }
}

/** What was proven is what runs: it is not built again. @throws AtlasError `deploy_impossible` */
export function asBuilt(
  service: Service,
  { tag, images, project }: Release,
  { promotion: [first] }: Pick<ProjectConfig, 'promotion'>,
): Service {
  const image = images[service.name]
  if (image !== undefined && (service.containerfile ?? service.image) !== undefined) return { ...service, image }
  if (service.containerfile === undefined) return service
  throw new AtlasError(
    'deploy_impossible',
    `${tag} has no image of ${service.name}: it did not serve ${first} as a container.`,
    { hint: `atlas deploy ${first} ${project}` },
  )
}
