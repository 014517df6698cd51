import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join, relative } from 'node:path'
import { accountOn, authorizedKeysOn } from '../accounts.ts'
import { programArgv } from '../sftp/program.ts'
import type { Inside, Launch } from '../ssh/inside.ts'
import { markerName } from './processes.ts'

/** A plain process's view: this computer's own file system and network, with its home on the machine's disk. */
export function processInside(root: string, marker: string): Inside {
  const start = ({ argv, env, account, pipe3 }: Launch) => {
    const [file, ...args] = argv
    return spawn(file!, args, {
      cwd: existsSync(account.home) ? account.home : root,
      env: { ...env, ROOT: root, UIDS: 'one', [markerName]: marker },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', ...(pipe3 ? ['pipe' as const] : [])],
    })
  }
  return {
    async account(name) {
      const account = await accountOn(root, name)
      return account && { ...account, home: join(root, account.home) }
    },
    authorizedKeys: (account) => authorizedKeysOn(root, { ...account, home: relative(root, account.home) }),
    spawn: start,
    sftp: (account, env) => start({ argv: programArgv(), env, account }),
    connect: (host, port) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port, noDelay: true, allowHalfOpen: true }, () => resolve(socket))
        socket.on('error', reject)
      }),
    listen: (host, port, accept) =>
      new Promise((resolve, reject) => {
        const server = createServer({ noDelay: true, allowHalfOpen: true }, accept)
        server.on('error', reject)
        server.listen(port, host, () => {
          const bound = server.address() as { port: number }
          resolve({ port: bound.port, close: () => server.close() })
        })
      }),
  }
}
