import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isAtlasError } from '@atlas/core'
import { refuseOddUrl } from './address.ts'
import type { Owner } from './deploy-key.ts'
import { git, lines } from './git-command.ts'
import type { Ask } from './remote.ts'

/** What a project has of a repository, in a bare one of its own: what its key opened, no other project reads. */
export interface Mirror {
  cwd: string
  url: string
  ask: Ask
}

export const mirrorPath = (folder: string, { workspace, project }: Owner, url: string): string =>
  join(folder, `${createHash('sha256').update([workspace, project, url].join('\0')).digest('hex').slice(0, 16)}.git`)

export async function openMirror(cwd: string, url: string, ask: Ask): Promise<Mirror> {
  refuseOddUrl(url)
  if (!existsSync(join(cwd, 'HEAD'))) {
    await mkdir(cwd, { recursive: true, mode: 0o700 })
    await git(['init', '--quiet', '--bare', cwd], { what: `A mirror of ${url} cannot be made` })
  }
  return { cwd, url, ask }
}

export const has = (cwd: string, commit: string): Promise<boolean> =>
  git(['cat-file', '-e', `${commit}^{commit}`], { cwd, what: '' }).then(
    () => true,
    () => false,
  )

const fetching = ['fetch', '--quiet', '--no-auto-maintenance']

/** The files of a commit, without what came before it, where the server gives them alone; otherwise all that it has. */
export async function fetchCommit(mirror: Mirror, commit: string): Promise<void> {
  if (!(await isWhole(mirror)) && (await fetchAlone(mirror, commit, `refs/commits/${commit}`))) return
  await fetchWhole(mirror)
}

/** @returns whether the server gives a commit alone: those that speak git's protocol 2 do, others only the tip of a branch */
export async function fetchAlone(
  { cwd, url, ask }: Mirror,
  commit: string,
  ref: string,
  about = { what: `${url} cannot be read` },
): Promise<boolean> {
  try {
    await ask(url, [...fetching, '--no-tags', '--depth=1', '--', url, `+${commit}:${ref}`], { cwd, ...about })
    return true
  } catch (error) {
    if (isAtlasError(error) && /unadvertised object|not our ref|does not support shallow/.test(error.message))
      return false
    throw error
  }
}

/** Every branch and tag with all their history. */
export async function fetchWhole({ cwd, url, ask }: Mirror): Promise<void> {
  const cut = existsSync(join(cwd, 'shallow')) ? ['--unshallow'] : []
  const refs = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
  await ask(url, [...fetching, '--prune', ...cut, '--', url, ...refs], { cwd, what: `${url} cannot be read` })
}

/** Once it is, it stays so: what is new is little then. */
export const isWhole = async ({ cwd }: Mirror): Promise<boolean> =>
  lines(await git(['for-each-ref', '--count=1', 'refs/heads'], { cwd, what: '' })).length > 0
