import { join } from 'node:path'
import { AtlasError } from '@atlas/core'
import type { OpenKey, Owner } from './deploy-key.ts'
import { filesOf } from './files.ts'
import { fetchCommit, has, type Mirror, mirrorPath, openMirror } from './mirror.ts'
import { asking } from './remote.ts'
import { resolve, tagsBefore } from './resolve.ts'
import type { Source } from './source.ts'
import { withSubmodules } from './submodules.ts'
import { isWorkingTree, receive, receivedFiles, receivedTree } from './working-trees.ts'

/** The repositories of a project. */
export type Sources = (owner: Owner) => Source

/**
 * Repositories by git: file, ssh and https. Each project has a bare mirror of its own in `folder`, which any worker makes
 * again where it has none; what is deployed is always read from a commit there, never from a working tree.
 */
export function gitSources(folder: string, openKey: OpenKey = async () => undefined): Sources {
  const inTurn = turns()
  return (owner) => {
    const ask = asking(owner, openKey, join(folder, 'known_hosts'))

    function withMirror<T>(url: string, what: (mirror: Mirror) => Promise<T>): Promise<T> {
      const cwd = mirrorPath(folder, owner, url)
      return inTurn(cwd, async () => what(await openMirror(cwd, url, ask)))
    }

    const withCommit = <T>(url: string, commit: string, what: (mirror: Mirror) => Promise<T>) =>
      withMirror(url, async (mirror) => {
        if (!(await has(mirror.cwd, commit))) await fetchCommit(mirror, commit)
        if (await has(mirror.cwd, commit)) return what(mirror)
        throw new AtlasError('source_unavailable', `${url} has no commit ${commit} any more.`)
      })

    return {
      async resolve(url, ref) {
        const found = await withMirror(url, (mirror) => resolve(mirror, ref))
        const before = () => withCommit(url, found.commit, (mirror) => tagsBefore(mirror, found.commit))
        return { ...found, before: async () => (found.tags.length > 0 ? before() : []) }
      },

      tree: (url, commit) =>
        isWorkingTree(url)
          ? receivedFiles(folder, owner, commit)
          : withCommit(url, commit, async (mirror) => filesOf(mirror.cwd, await withSubmodules(mirror, commit))),

      tag: (url, tag, commit) =>
        withCommit(url, commit, async (mirror) => {
          const about = { cwd: mirror.cwd, what: `${url} cannot be read` }
          const there = await ask(url, ['ls-remote', '--', url, `refs/tags/${tag}`], about)
          if (!there.startsWith(commit)) await push(mirror, tag, commit)
        }),

      checkTag: (url, tag, commit) => withCommit(url, commit, (mirror) => push(mirror, tag, commit, ['--dry-run'])),

      receive: (commit, pack) => receive(folder, owner, commit, pack),
      workingTree: (commit) => receivedTree(folder, owner, commit),
    }
  }
}

/** Two fetches into one mirror at once would refuse each other's locks. */
function turns() {
  const last = new Map<string, Promise<unknown>>()
  return function inTurn<T>(mirror: string, what: () => Promise<T>): Promise<T> {
    const next = (last.get(mirror) ?? Promise.resolve()).then(what, what)
    last.set(
      mirror,
      next.catch(() => {}),
    )
    return next
  }
}

/** `--force-with-lease` with nothing after the colon: only where there is no such tag yet. */
async function push({ cwd, url, ask }: Mirror, tag: string, commit: string, more: string[] = []): Promise<void> {
  const refs = [`--force-with-lease=refs/tags/${tag}:`, '--', url, `${commit}:refs/tags/${tag}`]
  await ask(url, ['push', '--quiet', ...more, ...refs], {
    cwd,
    what: `Tag ${tag} cannot be pushed to ${url}`,
    hint: 'Give the project a key that may push, or the server: a deploy marks what it deployed.',
  })
}
