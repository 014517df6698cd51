import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { accountOn, authorizedKeysOn } from '../../accounts.ts'
import { programArgv } from '../../sftp/program.ts'
import type { Account, Inside, Launch } from '../../ssh/inside.ts'
import { pretending } from '../pretend.ts'
import { hasProgram } from '../probe.ts'
import { insider } from './insider.ts'
import { manyUsers } from './namespaces.ts'

/** argv that runs a program in a machine's namespaces. */
export const enter = (pid: number, namespaces: string): string[] => [
  'nsenter',
  '-t',
  String(pid),
  ...[...namespaces].map((letter) => `-${letter}`),
  '--preserve-credentials',
  '--',
]

/** The way into one running machine, for SSH and for its boot scripts. */
export function namespaceInside(root: string, init: number, join: readonly string[] = []): Inside & { close(): void } {
  const many = manyUsers()
  const start = ({ argv, env, account, pipe3 }: Launch, descriptors: readonly number[] = []) => {
    const [file, ...args] = [...join, ...enter(init, 'Umpnui'), ...become(account, many), ...argv]
    return spawn(file!, args, {
      // nsenter is looked for here, what it runs on the machine's own PATH.
      env: { ...env, UIDS: many ? 'many' : 'one', ROOT: '' },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', ...(pipe3 ? ['pipe' as const] : []), ...descriptors],
    })
  }
  const network = insider(enter(init, 'Un'))
  return {
    account: (name) => accountOn(root, name),
    authorizedKeys: (account) => authorizedKeysOn(root, account),
    spawn: (launch) => start(launch),
    // Node's program is not among the machine's files: it is handed over open.
    sftp: (account, env) => start({ argv: programArgv('/proc/self/fd/3'), env, account }, [nodeProgram()]),
    connect: network.connect,
    listen: network.listen,
    close: network.close,
  }
}

const become = ({ uid, gid }: Account, many: boolean): readonly string[] => {
  if (!many) return (hasProgram('perl') && pretending()) || goHome
  return uid === 0 ? goHome : ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', '--', ...goHome]
}

const goHome = ['/bin/sh', '-c', 'cd "$HOME" 2>/dev/null || cd /; exec "$@"', 'sh']

let opened: number | undefined
const nodeProgram = (): number => {
  opened ??= openSync(process.execPath, 'r')
  return opened
}
