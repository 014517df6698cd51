import { join } from 'node:path'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { explain } from './explain.ts'
import { launch } from './launch.ts'
import { asArguments, type Settings } from './settings.ts'

/** One running PostgreSQL server process. */
export interface Postmaster {
  pid: number
  /** Resolves when it has ended, with how: `exit 0`, `SIGKILL`. */
  ended: Promise<string>
  /** Fast shutdown; by force where that takes over 20 s. Resolves when it has ended. */
  stop(): Promise<void>
}

export interface PostmasterOptions {
  cluster: string
  binaries: Binaries
  account: Account | undefined
  host: string
  port: number
  settings: Settings
  /** Gets PostgreSQL's log, piece by piece. */
  onLog(text: string): void
}

const ready = 'database system is ready to accept connections'

/**
 * Starts it and resolves when it takes connections.
 * @throws PostgresError saying why it did not start
 */
export function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { cluster, binaries, account, host, port, settings, onLog } = options
  const args = ['-D', cluster, ...asArguments({ ...settings, listen_addresses: host, port })]
  const child = launch({ program: join(binaries.root, 'bin/postgres'), args, account, atParentDeath: 'SIGINT' })
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`))
  })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      onLog(String(chunk))
      if (said.includes(ready)) return
      said += String(chunk)
      if (said.includes(ready)) resolve({ pid: child.pid!, ended, stop: () => stop(child, ended) })
    })
    child.once('error', (cause) => reject(explain(`${host}:${port}`, String(cause), cause)))
    ended.then((how) => reject(explain(`${host}:${port}, ${cluster}`, said || how)))
  })
}

async function stop(child: { kill(signal: NodeJS.Signals): boolean }, ended: Promise<string>): Promise<void> {
  child.kill('SIGINT')
  const harder = [setTimeout(() => child.kill('SIGQUIT'), 20_000), setTimeout(() => child.kill('SIGKILL'), 25_000)]
  await ended
  for (const timer of harder) clearTimeout(timer)
}
