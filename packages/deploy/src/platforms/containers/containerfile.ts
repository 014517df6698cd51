import { AtlasError, nearest } from '@atlas/core'
import type { ServiceConfig } from '../../config/schema.ts'
import type { Tree } from '../platform.ts'

/** What an image is built from, as paths in the repository. */
export interface Recipe {
  containerfile: string
  /** Folder that the builder sees. */
  context: string
}

const usual = ['Containerfile', 'Dockerfile'] as const

/**
 * `containerfile_path`, else Containerfile or Dockerfile in the service's folder. The builder sees that folder or, where
 * none is configured, the one that the file is in.
 * @throws AtlasError `deploy_impossible` saying where it was looked for and which file is nearest
 */
export async function recipeOf(
  name: string,
  { containerfile_path, path }: Pick<ServiceConfig, 'containerfile_path' | 'path'>,
  tree: Tree,
): Promise<Recipe> {
  const folder = path.replace(/\/$/, '')
  const candidates = containerfile_path ? [containerfile_path] : usual.map((file) => under(folder, file))
  for (const containerfile of candidates) {
    if ((await tree.read(containerfile)) === undefined) continue
    return { containerfile, context: folder === '.' && containerfile_path ? folderOf(containerfile) : folder }
  }
  const found = await similar(folder, candidates[0]!, tree)
  throw new AtlasError(
    'deploy_impossible',
    `Nothing says how the image of ${name} is built: there is no ${candidates.join(' and no ')}.`,
    {
      problems: [
        {
          where: folder,
          message: `${name} has no Containerfile`,
          found: found.join(', ') || 'none',
          expected: candidates.join(' or '),
        },
      ],
      hint: found[0]
        ? `"containerfile_path": "${found[0]}" in the configuration of ${name}`
        : `add ${candidates[0]}, or "platform": "process" to run ${name} without an image`,
    },
  )
}

const under = (folder: string, file: string) => (folder === '.' ? file : `${folder}/${file}`)
const folderOf = (file: string) => file.split('/').slice(0, -1).join('/') || '.'

/** Files that may have been meant: the usual ones wherever they mostly are, and what is spelled nearly so. */
async function similar(folder: string, wanted: string, tree: Tree): Promise<string[]> {
  const all = await tree.list()
  const files = all.filter((file) => /(^|\/)[^/]*(container|docker)file[^/]*$/i.test(file))
  const near = nearest(wanted, files)
  const own = files.filter((file) => folder !== '.' && file.startsWith(`${folder}/`))
  return [...new Set([...(near ? [near] : []), ...own, ...files])].slice(0, 3)
}
