import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import type { Tree } from '../platforms/platform.ts'
import { filesOf } from './files.ts'
import { git } from './git-command.ts'
import { mirrorPath, type WorkingTree } from './source.ts'

const scheme = 'working-tree:'

/** Where what was sent of a project is, in place of the address of a repository. */
export const workingTreeUrl = (workspace: string, project: string): string => `${scheme}${workspace}/${project}`

export const isWorkingTree = (url: string): boolean => url.startsWith(scheme)

/**
 * Keeps a working tree that was sent as a pack: its commit with all files, and the commit it is based on without them. That
 * one says by its hash whether the files differ. The same pack again is harmless.
 * @throws AtlasError `usage` for what is no whole pack of that commit
 */
export async function receive(folder: string, url: string, commit: string, pack: Readable): Promise<WorkingTree> {
  const cwd = mirrorPath(folder, url)
  await mkdir(cwd, { recursive: true, mode: 0o700 })
  if (!existsSync(join(cwd, 'HEAD')))
    await git(['init', '--quiet', '--bare', cwd], { what: 'There is no place for it' })
  const file = join(cwd, `${randomUUID()}.received`)
  try {
    await pipeline(pack, createWriteStream(file, { mode: 0o600 }))
    await index(cwd, file)
    // Ends with an error where a file is missing.
    await git(['rev-list', '--objects', '--no-walk', '--no-object-names', commit], {
      cwd,
      what: `${commit} is not whole`,
    })
    const found = await lookUp(cwd, commit)
    await git(['update-ref', refOf(commit), commit], { cwd, what: `${commit} cannot be kept` })
    return found
  } catch (cause) {
    if (!(cause instanceof AtlasError)) throw cause
    throw new AtlasError('usage', cause.message, {
      cause,
      hint: 'send what git pack-objects makes of the commit, its trees and files, and its parent: atlas deploy --local does',
    })
  } finally {
    await rm(file, { force: true })
  }
}

async function index(cwd: string, file: string): Promise<void> {
  const input = await open(file)
  try {
    await git(['index-pack', '--stdin', '--fsck-objects'], { cwd, what: 'The pack cannot be read', input: input.fd })
  } finally {
    await input.close()
  }
}

/** @throws AtlasError `source_unavailable` where it is not here */
export async function receivedTree(folder: string, url: string, commit: string): Promise<WorkingTree> {
  const cwd = mirrorPath(folder, url)
  const whole = existsSync(cwd) && git(['rev-parse', '--verify', '--quiet', refOf(commit)], { cwd, what: '' })
  if (await Promise.resolve(whole).catch(() => false)) return lookUp(cwd, commit)
  throw gone(commit)
}

/** There once it was received whole: what was refused leaves objects behind. */
const refOf = (commit: string) => `refs/received/${commit}`

/** @throws AtlasError `source_unavailable` where it is not here */
export async function receivedFiles(folder: string, url: string, commit: string): Promise<Tree> {
  await receivedTree(folder, url, commit)
  return filesOf(mirrorPath(folder, url), commit)
}

async function lookUp(cwd: string, commit: string): Promise<WorkingTree> {
  const { tree, parent: base } = await headOf(cwd, commit)
  if (base === undefined) throw new AtlasError('source_unavailable', `${commit} does not say what it is based on.`)
  const before = await headOf(cwd, base)
  return { commit, tree, base, dirty: before.tree !== tree }
}

/** As it is written in the commit: of the base nothing else is here. */
async function headOf(cwd: string, commit: string): Promise<{ tree: string; parent?: string }> {
  const text = await git(['cat-file', 'commit', commit], { cwd, what: `${commit} is not there` })
  const [, tree = '', parent] = /^tree (\w+)\n(?:parent (\w+)\n)?/.exec(text) ?? []
  return { tree, ...(parent !== undefined && { parent }) }
}

const gone = (commit: string) =>
  new AtlasError('source_unavailable', `The working tree ${commit.slice(0, 10)} is not on this server.`, {
    hint: 'It is kept in the data folder of the server that it was sent to: send it again with atlas deploy --local, or share that folder.',
  })
