import { AtlasError } from '@atlas/core'
import { git, lines } from './git-command.ts'
import { fetchCommit, fetchWhole, has, isWhole, type Mirror } from './mirror.ts'

interface Refs {
  branches: Map<string, string>
  /** An annotated tag by the commit that it is of. */
  tags: Map<string, string>
}

/** What a branch, tag or commit names now, with its files. @throws AtlasError `source_unavailable` */
export async function resolve(mirror: Mirror, ref: string): Promise<{ commit: string; tree: string; tags: string[] }> {
  const { cwd, url } = mirror
  const { branches, tags } = await refsOf(mirror)
  const named = branches.get(ref) ?? tags.get(ref)
  const commit = named ?? (await byHash(mirror, ref))
  if (commit === undefined)
    throw new AtlasError('source_unavailable', `${url} has no branch, tag or commit ${ref}.`, {
      hint:
        branches.size > 0
          ? `It has the branches ${[...branches.keys()].slice(0, 10).join(', ')}.`
          : 'It has no branch at all.',
    })
  if (!(await has(cwd, commit))) await fetchCommit(mirror, commit)
  const tree = await git(['rev-parse', `${commit}^{tree}`], { cwd, what: `${commit} of ${url} cannot be read` })
  return { commit, tree: tree.trim(), tags: [...tags.keys()] }
}

/** Tags that a commit descends from: only who has all of the history knows. */
export async function tagsBefore(mirror: Mirror, commit: string): Promise<string[]> {
  const { cwd, url } = mirror
  if (!(await isWhole(mirror))) await fetchWhole(mirror)
  return lines(await git(['tag', '--list', '--merged', commit], { cwd, what: `Tags of ${url} cannot be read` }))
}

async function refsOf({ cwd, url, ask }: Mirror): Promise<Refs> {
  const said = await ask(url, ['ls-remote', '--heads', '--tags', '--', url], { cwd, what: `${url} cannot be read` })
  const refs: Refs = { branches: new Map(), tags: new Map() }
  for (const line of lines(said)) {
    const [, commit, kind, name] = /^(\w+)\trefs\/(heads|tags)\/(.+?)(?:\^\{\})?$/.exec(line) ?? []
    // A tag object comes before what it is of, which has the same name with ^{}.
    if (commit && name) (kind === 'heads' ? refs.branches : refs.tags).set(name, commit)
  }
  return refs
}

async function byHash(mirror: Mirror, ref: string): Promise<string | undefined> {
  if (!/^[0-9a-f]{7,64}$/.test(ref)) return undefined
  const { cwd } = mirror
  const full = ref.length === 40 || ref.length === 64
  if (!(full && (await has(cwd, ref)))) await (full ? fetchCommit(mirror, ref) : fetchWhole(mirror))
  const found = await git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], { cwd, what: '' }).catch(() => '')
  return found.trim() || undefined
}
