import { randomUUID } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AtlasError } from '@atlas/core'
import type { Tree } from '../platforms/platform.ts'
import type { Owner } from './deploy-key.ts'
import { filesOf } from './files.ts'
import { git } from './git-command.ts'
import type { WorkingTree } from './source.ts'

const scheme = 'working-tree:'

/** Where what was sent of a project is, in place of the address of a repository. */
export const workingTreeUrl = (workspace: string, project: string): string => `${scheme}${workspace}/${project}`

export const isWorkingTree = (url: string): boolean => url.startsWith(scheme)

const rooms = (folder: string) => join(folder, 'working-trees')
const roomOf = (folder: string, { workspace, project }: Owner) => join(rooms(folder), workspace, project)
/** Each is a repository of its own, so that it is taken away without a thought for the others. */
const placeOf = (folder: string, owner: Owner, commit: string) => join(roomOf(folder, owner), `${commit}.git`)

/**
 * Keeps a working tree that was sent as a pack: its commit with all files, and the commit it is based on without them. That
 * one says by its hash whether the files differ. The same pack again is harmless.
 * @throws AtlasError `usage` for what is no whole pack of that commit
 */
export async function receive(folder: string, owner: Owner, commit: string, pack: Readable): Promise<WorkingTree> {
  const room = roomOf(folder, owner)
  await mkdir(room, { recursive: true, mode: 0o700 })
  const cwd = await mkdtemp(join(room, beingReceived))
  try {
    await git(['init', '--quiet', '--bare', '--template=', cwd], { what: 'There is no place for it' })
    const found = await unpacked(cwd, commit, pack)
    await settle(cwd, placeOf(folder, owner, commit))
    return found
  } catch (cause) {
    if (!(cause instanceof AtlasError)) throw cause
    throw new AtlasError('usage', cause.message, {
      cause,
      hint: 'send what git pack-objects makes of the commit, its trees and files, and its parent: atlas deploy --local does',
    })
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

/** Of one whose sender or server went down in the middle, it stays. */
const beingReceived = 'received-'

async function unpacked(cwd: string, commit: string, pack: Readable): Promise<WorkingTree> {
  const file = join(cwd, `${randomUUID()}.received`)
  await pipeline(pack, createWriteStream(file, { mode: 0o600 }))
  await index(cwd, file)
  await rm(file)
  // Ends with an error where a file is missing.
  await git(['rev-list', '--objects', '--no-walk', '--no-object-names', commit], {
    cwd,
    what: `${commit} is not whole`,
  })
  return lookUp(cwd, commit)
}

/** Where it was received before it is the same, and new again. */
async function settle(received: string, place: string): Promise<void> {
  const now = new Date()
  if (!existsSync(place)) await rename(received, place)
  await utimes(place, now, now)
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
export async function receivedTree(folder: string, owner: Owner, commit: string): Promise<WorkingTree> {
  const cwd = placeOf(folder, owner, commit)
  if (existsSync(cwd)) return lookUp(cwd, commit)
  throw gone(commit)
}

/** @throws AtlasError `source_unavailable` where it is not here */
export async function receivedFiles(folder: string, owner: Owner, commit: string): Promise<Tree> {
  await receivedTree(folder, owner, commit)
  return filesOf(placeOf(folder, owner, commit), commit)
}

/** One that was sent, and when it was the last time. */
export interface ReceivedTree extends Owner {
  /** `undefined`: it never came whole. */
  commit: string | undefined
  at: Date
  path: string
}

/** Everything that was received. */
export async function receivedTrees(folder: string): Promise<ReceivedTree[]> {
  const all: ReceivedTree[] = []
  for (const workspace of await namesIn(rooms(folder)))
    for (const project of await namesIn(join(rooms(folder), workspace)))
      for (const name of await namesIn(roomOf(folder, { workspace, project }))) {
        const path = join(roomOf(folder, { workspace, project }), name)
        // One that is just now being received may be gone, or have its own name.
        const found = await stat(path).catch(() => undefined)
        if (found) all.push({ workspace, project, commit: /^(\w+)\.git$/.exec(name)?.[1], at: found.mtime, path })
      }
  return all
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

export const forgetTree = ({ path }: ReceivedTree): Promise<void> => rm(path, { recursive: true, force: true })

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
    hint: 'It is kept in the data folder of the server that it was sent to, for as long as an environment keeps its release: send it again with atlas deploy --local, or share that folder.',
  })
