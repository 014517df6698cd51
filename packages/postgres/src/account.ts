import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PostgresError } from './error.ts'

/** An account of this computer. */
export interface Account {
  uid: number
  gid: number
}

/**
 * Who may run PostgreSQL when root starts it (PostgreSQL refuses to run as root), best first. `atlas` is for those who
 * want an account of its own. `nobody` comes before `postgres`, because the latter may own another database server's
 * files, and whoever is superuser of a cluster can read what its account can read.
 */
const suitable = ['atlas', 'nobody', 'postgres', '_postgres', 'daemon']

/**
 * The account that PostgreSQL runs as: `undefined` means this process's own. An existing cluster runs as its owner.
 * @param owner uid and gid of the existing cluster
 * @throws PostgresError `folder_foreign` or `no_os_user`
 */
export function accountFor(folder: string, owner: Account | undefined, me = process.getuid!()): Account | undefined {
  if (me !== 0) {
    if (owner === undefined || owner.uid === me) return undefined
    throw new PostgresError(
      'folder_foreign',
      `The cluster in ${folder} belongs to uid ${owner.uid}, not to you (${me}).`,
      {
        hint: `Start it as that account or as root, or give it over: chown -R ${me} ${folder}`,
      },
    )
  }
  if (owner && owner.uid !== 0) return owner
  for (const name of suitable) {
    const account = lookUp(name)
    if (account && account.uid !== 0) return account
  }
  throw new PostgresError('no_os_user', `PostgreSQL does not run as root, and none of ${suitable.join(', ')} exists.`, {
    hint: 'Create one: useradd --system atlas. Or start as an ordinary user.',
  })
}

/** `id` asks whatever knows the accounts here (files, LDAP, macOS directory services). */
function lookUp(name: string): Account | undefined {
  try {
    const [uid, gid] = ['-u', '-g'].map((what) =>
      Number(execFileSync('id', [what, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
    )
    // macOS says 4294967294 for nobody's -2; Node takes a signed 32-bit number.
    return { uid: uid! | 0, gid: gid! | 0 }
  } catch {
    return undefined
  }
}

/**
 * The first folder on the way to `path` (itself included) that the account may not pass, by mode bits; `undefined`
 * when the way is open.
 */
export function closedTo(account: Account, path: string): string | undefined {
  const above = dirname(path)
  const closed = above === path ? undefined : closedTo(account, above)
  return closed ?? (passes(account, path) ? undefined : path)
}

function passes(account: Account, path: string): boolean {
  const { mode, uid, gid } = statSync(path)
  if (uid === account.uid) return (mode & 0o100) !== 0
  if (gid === account.gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}
