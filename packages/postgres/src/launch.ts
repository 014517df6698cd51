import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import type { Account } from './account.ts'

/** A program to run as `account`, that shall not outlive this process. */
export interface Launch {
  program: string
  args: readonly string[]
  account: Account | undefined
  /** Signal that ends it in good order when this process dies. */
  atParentDeath: 'SIGINT' | 'SIGKILL'
}

/**
 * What to run for it. With util-linux's `setpriv` the kernel itself sends the signal when the parent dies, kill -9
 * included.
 */
export function commandLine({ program, args, account, atParentDeath }: Launch, setpriv: string | undefined) {
  if (!setpriv) return { program, args }
  const who = account ? ['--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups'] : []
  return { program: setpriv, args: [...who, '--pdeathsig', atParentDeath.slice(3), program, ...args] }
}

/**
 * Starts it in a session of its own, so that Ctrl-C in the terminal does not reach it before its parent had a say, with
 * nothing of our environment: tokens stay here. Its pid is the program's own.
 */
export function launch(what: Launch): ChildProcess {
  const setpriv = findSetpriv()
  const { program, args } = commandLine(what, setpriv)
  const child = spawn(program, args, {
    ...(what.account && !setpriv ? what.account : {}),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  })
  if (!setpriv && child.pid) endWithUs(child, what)
  return child
}

/** Without `setpriv` (macOS): a shell waits for the end of a pipe that only this process holds open. */
function endWithUs(child: ChildProcess, { account, atParentDeath }: Launch): void {
  const script = `read -r _; kill -${atParentDeath.slice(3)} "$0"`
  const watch = spawn('/bin/sh', ['-c', script, String(child.pid)], {
    ...account,
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  })
  watch.unref()
  child.once('exit', () => watch.kill('SIGKILL'))
}

let found: { setpriv: string | undefined } | undefined

function findSetpriv(): string | undefined {
  found ??= { setpriv: ['/usr/bin/setpriv', '/bin/setpriv'].find(knowsParentDeath) }
  return found.setpriv
}

function knowsParentDeath(path: string): boolean {
  if (process.platform !== 'linux') return false
  try {
    if (basename(realpathSync(path)) === 'busybox') return false
    return spawnSync(path, ['--help'], { encoding: 'utf8' }).stdout.includes('--pdeathsig')
  } catch {
    return false
  }
}
