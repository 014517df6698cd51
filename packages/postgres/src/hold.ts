import { randomUUID } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PostgresError } from './error.ts'
import { lifeOf } from './process.ts'

/** Exclusive use of a folder by one living process, across crashes and reused pids. */
export interface Hold {
  release(): void
}

/** Who holds a folder. */
export interface Holder {
  pid: number
  /** When it took the folder, ISO 8601. */
  since: string
}

interface Claim extends Holder {
  life: string
  released?: true
}

const prefix = '.held.'

/**
 * Takes a folder for this process until `release` or its death.
 *
 * A claim is a file `.held.<n>`; the highest n counts. It is made by link(2), which is atomic and brings the content
 * with it; numbers only grow, and who finds a higher one after making his own gives way. So two processes that find
 * the same dead holder cannot both take its place, and nobody deletes the claim of a living one.
 *
 * @throws PostgresError `folder_busy` when a living process (this one included) holds it
 */
export function holdFolder(folder: string): Hold {
  for (;;) {
    const highest = Math.max(0, ...claims(folder))
    const holder = highest === 0 ? undefined : living(read(folder, highest))
    if (holder) throw busy(folder, holder)
    const mine = highest + 1
    if (!place(folder, mine)) continue
    const all = claims(folder)
    if (Math.max(...all) > mine) {
      rmSync(join(folder, prefix + mine), { force: true })
      continue
    }
    for (const n of all) if (n < mine) rmSync(join(folder, prefix + n), { force: true })
    return { release: () => giveUp(folder, mine) }
  }
}

/** The living process that holds the folder, if one does. */
export function holderOf(folder: string): Holder | undefined {
  const highest = Math.max(0, ...claims(folder))
  return highest === 0 ? undefined : living(read(folder, highest))
}

function claims(folder: string): number[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
}

function read(folder: string, n: number): Claim | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, prefix + n), 'utf8')) as Claim
  } catch {
    return undefined
  }
}

function living(claim: Claim | undefined): Claim | undefined {
  if (!claim || claim.released) return undefined
  return lifeOf(claim.pid) === claim.life ? claim : undefined
}

function claimOfThisProcess(): Claim {
  return { pid: process.pid, life: lifeOf(process.pid) ?? '', since: new Date().toISOString() }
}

function draft(folder: string, claim: Claim): string {
  const file = join(folder, `.hold-${randomUUID()}`)
  writeFileSync(file, JSON.stringify(claim), { mode: 0o600 })
  return file
}

function place(folder: string, n: number): boolean {
  const file = draft(folder, claimOfThisProcess())
  try {
    linkSync(file, join(folder, prefix + n))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(file, { force: true })
  }
}

/** The claim stays, marked: its number must not be used again. A folder that was removed meanwhile holds nothing. */
function giveUp(folder: string, n: number): void {
  try {
    renameSync(draft(folder, { ...claimOfThisProcess(), released: true }), join(folder, prefix + n))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function busy(folder: string, holder: Holder): PostgresError {
  const who = holder.pid === process.pid ? 'this process' : `process ${holder.pid}`
  return new PostgresError('folder_busy', `${folder} is in use by ${who} since ${holder.since}.`, {
    hint: `Use that one, stop it (kill ${holder.pid}), or choose another folder.`,
  })
}
