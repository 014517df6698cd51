import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AtlasError } from '@atlas/core'
import { refuseOddUrl } from './address.ts'
import { git } from './git-command.ts'
import { fetchAlone, has, type Mirror } from './mirror.ts'

interface Link {
  path: string
  commit: string
}

/**
 * The tree of a commit with the files of its submodules in their places, and of theirs. Each is fetched at exactly the commit
 * that is recorded of it, into the same mirror. Without submodules it is the commit itself.
 * @throws AtlasError `source_unavailable`, `config_invalid` for an address that Atlas does not read
 */
export async function withSubmodules(mirror: Mirror, commit: string): Promise<string> {
  const { cwd, url } = mirror
  const links = await linksIn(cwd, commit)
  if (links.length === 0) return commit
  const urls = await urlsIn(cwd, commit)
  const index = join(cwd, `${randomUUID()}.index`)
  // An index is only changed where there is a work tree; nothing is written there.
  const env = { GIT_INDEX_FILE: index, GIT_DIR: cwd, GIT_WORK_TREE: cwd }
  const run = (...args: string[]) => git(args, { cwd, what: `Submodules of ${commit} cannot be put together`, env })
  try {
    await run('read-tree', commit)
    for (const link of links) {
      const from = submoduleUrl(url, link.path, urls.get(link.path))
      await fetched({ ...mirror, url: from }, link)
      await run('update-index', '--force-remove', '--', link.path)
      await run('read-tree', `--prefix=${link.path}/`, await withSubmodules({ ...mirror, url: from }, link.commit))
    }
    return (await run('write-tree')).trim()
  } finally {
    await rm(index, { force: true })
  }
}

async function linksIn(cwd: string, commit: string): Promise<Link[]> {
  const all = await git(['ls-tree', '-r', '-z', commit], { cwd, what: `${commit} cannot be read` })
  return all.split('\0').flatMap((line) => {
    const [, found, path] = /^160000 commit (\w+)\t(.+)$/s.exec(line) ?? []
    return found && path ? [{ commit: found, path }] : []
  })
}

/** What .gitmodules says, by path. */
async function urlsIn(cwd: string, commit: string): Promise<Map<string, string>> {
  const words = ['config', '-z', '--blob', `${commit}:.gitmodules`, '--get-regexp', '^submodule\\..*\\.(path|url)$']
  const said = await git(words, { cwd, what: '' }).catch(() => '')
  const told = new Map(said.split('\0').map((one) => one.split('\n', 2) as [string, string]))
  return new Map(
    [...told].flatMap(([key, path]) => {
      const url = key.endsWith('.path') && told.get(key.replace(/path$/, 'url'))
      return url ? [[path, url]] : []
    }),
  )
}

/** Of a server that gives no commit alone, every branch and tag. */
async function fetched(mirror: Mirror, { path, commit }: Link): Promise<void> {
  const { cwd, url, ask } = mirror
  if (await has(cwd, commit)) return
  const what = `Submodule ${path} cannot be fetched at ${commit} from ${url}`
  const about = {
    what,
    hint: 'See .gitmodules, whether that commit was pushed, and whether this server may read that URL.',
  }
  if (await fetchAlone(mirror, commit, `refs/submodules/${commit}`, about)) return
  const refs = ['heads', 'tags'].map((kind) => `+refs/${kind}/*:refs/submodules/of-${commit}/${kind}/*`)
  await ask(url, ['fetch', '--quiet', '--no-tags', '--no-auto-maintenance', '--', url, ...refs], { cwd, ...about })
  if (!(await has(cwd, commit))) throw new AtlasError('source_unavailable', `${what}: no branch or tag has it.`, about)
}

/** As git has it: `../x.git` is beside the repository that names it. Only who is in a folder here names folders here. */
export function submoduleUrl(parent: string, path: string, told: string | undefined): string {
  if (told === undefined)
    throw new AtlasError('source_unavailable', `.gitmodules of ${parent} does not say where submodule ${path} is.`, {
      hint: `git submodule add <url> ${path}, or git rm --cached ${path} where it is to be none`,
    })
  const url = /^\.\.?\//.test(told) ? relativeTo(parent, told) : told
  refuseOddUrl(url)
  if (!url.startsWith('file:') || parent.startsWith('file:')) return url
  throw new AtlasError('config_invalid', `Submodule ${path} of ${parent} is in a folder: ${url}.`, {
    hint: 'name it in .gitmodules by https, ssh, or relative to its repository: ../x.git',
  })
}

function relativeTo(parent: string, told: string): string {
  let base = parent.replace(/\/+$/, '')
  let rest = told
  for (let step = /^(\.\.?)\/+/.exec(rest); step; step = /^(\.\.?)\/+/.exec(rest)) {
    rest = rest.slice(step[0].length)
    if (step[1] === '..') base = base.replace(/\/[^/]*$|(?<=:)[^/:]*$/, '')
  }
  return `${base}${base.endsWith(':') ? '' : '/'}${rest}`
}
