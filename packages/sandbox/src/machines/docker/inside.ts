import { type ChildProcess, spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { accountOn, authorizedKeysOn } from '../accounts.ts'
import { MachineError } from '../errors.ts'
import { programArgv } from '../sftp/program.ts'
import type { Inside, Launch } from '../ssh/inside.ts'
import { execIn } from './engine.ts'

const node = '/.atlas/node'

/** Joins its standard streams to a connection. */
const connector =
  'const s = require("net").connect(process.argv[2], process.argv[1]); process.stdin.pipe(s).pipe(process.stdout); s.on("error", () => process.exit(1))'

/** The way into a container: everything by `docker exec`. */
export function dockerInside(name: string, root: string): Inside {
  const start = ({ argv, env, account, pipe3 }: Launch): ChildProcess => {
    const user = account.uid === 0 ? '0:0' : `${account.uid}:${account.gid}`
    // Docker hands on three streams only: what is told on descriptor 3 goes nowhere, and sizes stay as they were.
    const whole = pipe3 ? ['/bin/sh', '-c', 'exec 3>/dev/null; exec "$@"', 'sh', ...argv] : argv
    const all = { ...env, ROOT: '', UIDS: 'many' }
    const [file, ...args] = execIn(name, user, account.home, all, whole)
    return spawn(file!, args, {
      env: { ...process.env, ...all, PATH: process.env.PATH },
      stdio: 'pipe',
      detached: true,
    })
  }
  return {
    account: (user) => accountOn(root, user),
    authorizedKeys: (account) => authorizedKeysOn(root, account),
    spawn: start,
    sftp: (account, env) => start({ argv: programArgv(node), env, account }),
    async connect(host, port) {
      const account = { name: 'root', uid: 0, gid: 0, home: '/', shell: '/bin/sh' }
      const { stdin, stdout } = start({ argv: [node, '-e', connector, host, String(port)], env: {}, account })
      return Duplex.from({ writable: stdin!, readable: stdout! })
    },
    listen: async () => {
      throw new MachineError('failed', 'Machines in Docker cannot listen for a client (-R).')
    },
  }
}
