import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'

const linux = process.platform === 'linux'

/**
 * A text that stands for one life of a process, so that a reused pid is not mistaken for the one that had it before;
 * `undefined` when no such process lives. A zombie is dead: it holds no file and runs no code.
 */
export function lifeOf(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  try {
    return linux ? lifeFromProc(pid) : lifeFromPs(pid)
  } catch {
    return undefined
  }
}

function lifeFromProc(pid: number): string | undefined {
  // The command name in parentheses may hold spaces and parentheses, so count the fields after the last one.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const [state, started] = [fields[0]!, fields[19]]
  if ('ZXx'.includes(state)) return undefined
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${started}`
}

function lifeFromPs(pid: number): string | undefined {
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')
}

/**
 * Live PostgreSQL processes of a cluster, postmaster and sessions. All of them work in the cluster's folder; it is
 * compared by inode, so a folder that was moved under a running server is still seen. Linux; elsewhere none.
 */
export function postgresIn(cluster: string): number[] {
  if (!linux) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isPostgresOf(pid, cluster))
}

/** Is this pid, now, a PostgreSQL process of that cluster? A zombie or a stranger with a reused pid is not. */
export function isPostgresOf(pid: number, cluster: string): boolean {
  if (lifeOf(pid) === undefined) return false
  try {
    if (!linux) return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(cluster)
    const [here, there] = [statSync(cluster), statSync(`/proc/${pid}/cwd`)]
    const isPostgres = readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n'
    return isPostgres && there.dev === here.dev && there.ino === here.ino
  } catch {
    return false
  }
}

/** Resolves to true as soon as `done` says so, to false after `withinMs`. For processes that are not our children. */
export async function until(done: () => boolean, withinMs: number, everyMs = 20): Promise<boolean> {
  const end = Date.now() + withinMs
  while (!done()) {
    if (Date.now() >= end) return false
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return true
}
