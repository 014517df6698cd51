import { randomUUID } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { PostgresError } from './error.ts'
import { explain } from './explain.ts'
import { launch } from './launch.ts'

export interface NewCluster {
  cluster: string
  binaries: Binaries
  account: Account | undefined
  user: string
  password: string
  /** CIDRs that may connect, always with the password. */
  allowFrom: readonly string[]
}

/**
 * Makes the cluster unless it is there. It grows under another name and is renamed when it is whole, so one that was
 * broken off in the middle is never used; its remains are removed.
 * @throws PostgresError when the disk is full, read-only, …; `folder_damaged` when it was there once and is not now
 */
export async function ensureCluster(wanted: NewCluster): Promise<void> {
  const { cluster } = wanted
  const folder = dirname(cluster)
  const made = join(folder, 'cluster.made')
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    if (existsSync(made)) throw lost(cluster, folder)
    for (const name of readdirSync(folder)) {
      if (name.startsWith(`${basename(cluster)}.new-`)) rmSync(join(folder, name), { recursive: true, force: true })
    }
    refuseIfFull(folder)
    await initdb(wanted)
  }
  if (!existsSync(made)) writeFileSync(made, '')
}

/** A new cluster takes 39 MB, and its write-ahead log soon another segment of 16 MB. */
const neededMb = 64

/** Asked beforehand, because initdb on a full disk dies of what follows from it and names something else. */
function refuseIfFull(folder: string): void {
  const { bavail, bsize } = statfsSync(folder)
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20)
  if (freeMb >= neededMb) return
  throw new PostgresError('disk_full', `${folder} has ${freeMb} MB left; PostgreSQL needs ${neededMb} MB to begin.`, {
    hint: 'Free some space, or choose a data folder on another disk.',
  })
}

async function initdb({ cluster, binaries, account, user, password, allowFrom }: NewCluster): Promise<void> {
  const draft = `${cluster}.new-${randomUUID().slice(0, 8)}`
  const secret = `${draft}.password`
  writeFileSync(secret, `${password}\n`, { mode: 0o600 })
  mkdirSync(draft, { mode: 0o700 })
  if (account) for (const path of [secret, draft]) chownSync(path, account.uid, account.gid)
  try {
    await run(join(binaries.root, 'bin/initdb'), initdbArguments({ draft, user, secret }), account)
    writeFileSync(join(draft, 'pg_hba.conf'), allowFrom.map((cidr) => `host all all ${cidr} scram-sha-256\n`).join(''))
    renameSync(draft, cluster)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  } finally {
    rmSync(secret, { force: true })
  }
}

/** Collation by code point, from PostgreSQL itself: the same order on every computer, whatever locales it has. */
const initdbArguments = ({ draft, user, secret }: { draft: string; user: string; secret: string }) =>
  [
    ['-D', draft, '-U', user, '--pwfile', secret, '-A', 'scram-sha-256', '-E', 'UTF8'],
    ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-instructions'],
  ].flat()

/** With SIGKILL at our death: a half-made cluster is worth nothing. */
function run(program: string, args: string[], account: Account | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = launch({ program, args, account, atParentDeath: 'SIGKILL' })
    let said = ''
    child.stderr?.on('data', (chunk) => {
      said += chunk
    })
    child.once('error', (cause) => reject(explain('initdb', String(cause), cause)))
    child.once('close', (code) => (code === 0 ? resolve() : reject(explain('initdb', said))))
  })
}

function lost(cluster: string, folder: string): PostgresError {
  return new PostgresError('folder_damaged', `The cluster ${cluster} was made once and is not there any more.`, {
    hint: `Restore it. To start from nothing instead, remove ${join(folder, 'cluster.made')}`,
  })
}
