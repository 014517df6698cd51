import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AtlasError } from '@atlas/core'
import { refuseOddUrl } from './address.ts'
import { filesOf } from './files.ts'
import { git, lines } from './git-command.ts'
import { mirrorPath, type Resolved, type Source } from './source.ts'
import { withSubmodules } from './submodules.ts'
import { isWorkingTree, receive, receivedFiles, receivedTree } from './working-trees.ts'

/**
 * Repositories by git: file, ssh and https. Each has a bare mirror in `folder`, which any worker makes again where it has
 * none; what is deployed is always read from a commit there, never from a working tree.
 */
export function gitSource(folder: string): Source {
  const turns = new Map<string, Promise<unknown>>()

  /** Two fetches into one mirror at once would refuse each other's locks. */
  function inTurn<T>(url: string, what: () => Promise<T>): Promise<T> {
    const next = (turns.get(url) ?? Promise.resolve()).then(what, what)
    turns.set(
      url,
      next.catch(() => {}),
    )
    return next
  }

  async function mirrorOf(url: string): Promise<string> {
    refuseOddUrl(url)
    const path = mirrorPath(folder, url)
    if (existsSync(join(path, 'HEAD'))) return path
    await mkdir(path, { recursive: true, mode: 0o700 })
    await git(['init', '--quiet', '--bare', path], { what: `A mirror of ${url} cannot be made` })
    return path
  }

  async function fetched(url: string): Promise<string> {
    const cwd = await mirrorOf(url)
    const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
    await git(['fetch', '--quiet', '--prune', '--no-auto-maintenance', '--', url, ...refs], {
      cwd,
      what: `${url} cannot be read`,
    })
    return cwd
  }

  const has = (cwd: string, commit: string) =>
    git(['cat-file', '-e', `${commit}^{commit}`], { cwd, what: '' }).then(
      () => true,
      () => false,
    )

  const withCommit = (url: string, commit: string) =>
    inTurn(url, async () => {
      const cwd = await mirrorOf(url)
      if (await has(cwd, commit)) return cwd
      await fetched(url)
      if (await has(cwd, commit)) return cwd
      throw new AtlasError('source_unavailable', `${url} has no commit ${commit} any more.`)
    })

  return {
    resolve: (url, ref) => inTurn(url, async () => resolve(await fetched(url), url, ref)),

    async tree(url, commit) {
      if (isWorkingTree(url)) return receivedFiles(folder, url, commit)
      const cwd = await withCommit(url, commit)
      return filesOf(cwd, await inTurn(url, () => withSubmodules(cwd, url, commit)))
    },

    async tag(url, tag, commit) {
      const cwd = await withCommit(url, commit)
      const there = await git(['ls-remote', '--', url, `refs/tags/${tag}`], { cwd, what: `${url} cannot be read` })
      if (there.startsWith(commit)) return
      await push(cwd, url, tag, commit)
    },

    async checkTag(url, tag, commit) {
      await push(await withCommit(url, commit), url, tag, commit, ['--dry-run'])
    },

    receive: (url, commit, pack) => inTurn(url, () => receive(folder, url, commit, pack)),
    workingTree: (url, commit) => receivedTree(folder, url, commit),
  }
}

/** `--force-with-lease` with nothing after the colon: only where there is no such tag yet. */
const push = (cwd: string, url: string, tag: string, commit: string, more: string[] = []) =>
  git(['push', '--quiet', ...more, `--force-with-lease=refs/tags/${tag}:`, '--', url, `${commit}:refs/tags/${tag}`], {
    cwd,
    what: `Tag ${tag} cannot be pushed to ${url}`,
    hint: 'Give the server a key that may push: a deploy marks what it deployed.',
  })

async function resolve(cwd: string, url: string, ref: string): Promise<Resolved> {
  const candidates = [`refs/heads/${ref}`, `refs/tags/${ref}`, ...(/^[0-9a-f]{7,64}$/.test(ref) ? [ref] : [])]
  for (const candidate of candidates) {
    const found = await git(['rev-parse', '--verify', '--quiet', `${candidate}^{commit}`], { cwd, what: '' }).catch(
      () => '',
    )
    if (found === '') continue
    const commit = found.trim()
    const [tree, tags, before] = await Promise.all([
      git(['rev-parse', `${commit}^{tree}`], { cwd, what: `${commit} cannot be read` }),
      git(['tag', '--list'], { cwd, what: `Tags of ${url} cannot be read` }),
      git(['tag', '--list', '--merged', commit], { cwd, what: `Tags of ${url} cannot be read` }),
    ])
    return { commit, tree: tree.trim(), tags: lines(tags), before: lines(before) }
  }
  const branches = lines(await git(['for-each-ref', '--format=%(refname:short)', 'refs/heads'], { cwd, what: '' }))
  throw new AtlasError('source_unavailable', `${url} has no branch, tag or commit ${ref}.`, {
    hint: branches.length > 0 ? `It has the branches ${branches.slice(0, 10).join(', ')}.` : 'It has no branch at all.',
  })
}
