import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isPostgresOf, postgresIn, until } from './process.ts'

/**
 * Ends what an earlier, killed supervisor left running on this cluster, and removes the lock file of a PostgreSQL that
 * is gone. PostgreSQL itself refuses to start over the pid file when that pid lives again as something else, or is a
 * zombie that nobody reaps (in a container without an init).
 *
 * The caller holds the folder, so no living supervisor is robbed.
 */
export async function endEarlier(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  const pid = firstNumber(pidFile)
  if (pid === undefined) return
  if (isPostgresOf(pid, cluster)) await end(pid, cluster)
  await endSessions(cluster)
  rmSync(pidFile, { force: true })
}

function firstNumber(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10)
  } catch {
    return undefined
  }
}

/** Fast shutdown, then immediate, then by force. What is committed survives each. */
async function end(pid: number, cluster: string): Promise<void> {
  const steps = [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const
  for (const [signal, withinMs] of steps) {
    send(pid, signal)
    if (await until(() => !isPostgresOf(pid, cluster), withinMs, 10)) return
  }
}

/** Sessions notice by themselves that their postmaster died; one in the middle of a query may take a while. */
async function endSessions(cluster: string): Promise<void> {
  if (await until(() => postgresIn(cluster).length === 0, 1_000, 50)) return
  for (const pid of postgresIn(cluster)) send(pid, 'SIGKILL')
  await until(() => postgresIn(cluster).length === 0, 5_000, 50)
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
