import type { DeployWish } from '@atlas/api'
import { AtlasError, type DeploymentSource } from '@atlas/core'
import { type Source, tagFor, urlOf, versionOf, workingTreeUrl } from '@atlas/deploy'
import { checkPlace } from '../named.ts'
import type { Choose } from './chosen.ts'
import { asConfigured, beforeIn, type Configured, configured } from './configured.ts'

/** A commit of the project's repository, or a working tree that was sent, becomes a release. */
export const fromSource: Choose = async ({ source, store }, workspace, wish) => {
  const found = configured(wish)
  const { environment } = checkPlace(wish)
  const earlier = beforeIn(found.project, environment)
  if (earlier !== undefined)
    throw new AtlasError('deploy_impossible', `${environment} takes only what has served ${earlier}.`, {
      hint: `atlas deploy ${earlier} ${wish.project}, then promote it: atlas deploy ${environment} ${wish.project}`,
    })
  const { source: from, tags, before } = await sourceOf(source, workspace, wish, found)
  const files = await source.tree(from.url, from.commit)
  const [packageJson, versionFile] = await Promise.all([files.read('package.json'), files.read('VERSION')])
  const version = await versionOf({ packageJson, versionFile, tags: before })
  const known = await store.deploys.releases(workspace, { project: wish.project, limit: 1000 })
  const taken = new Set([...tags, ...known.map(({ tag }) => tag)])
  const moment = { version, environment, at: new Date(wish.at), local: from.local !== undefined }
  return asConfigured(found, wish, { tag: tagFor(moment, taken), version, source: from }, files)
}

async function sourceOf(
  source: Source,
  workspace: string,
  wish: DeployWish,
  { config, project }: Configured,
): Promise<{ source: DeploymentSource; tags: string[]; before(): Promise<readonly string[]> }> {
  if (wish.workingTree !== undefined) {
    const url = workingTreeUrl(workspace, wish.project)
    const { base, dirty, ...tree } = await source.workingTree(wish.workingTree)
    return {
      source: { url, ref: 'working tree', ...tree, local: { base, dirty } },
      tags: [],
      before: async () => wish.tags ?? [],
    }
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
