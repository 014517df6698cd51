import { setTimeout } from 'node:timers/promises'
import type { Disk } from './disks.ts'
import { bootLine, cloudLog, hostKeyOf } from './first-boot.ts'
import type { Inside } from './ssh/inside.ts'
import { type SshServer, sshServer } from './ssh/server.ts'

/** How long SSH waits for scripts that may never end: a machine, and a restart of the sandbox, wait no longer. */
const patienceMs = 5000

/**
 * What every machine does once its processes can run: boot scripts, SSH, and then the scripts that take their time. As in
 * the real cloud, a machine is there whatever its boot scripts do; only what comes after them waits for their end.
 */
export async function bootAndServe(inside: Inside, disk: Pick<Disk, 'root'>): Promise<SshServer> {
  const early = runScript(inside, bootLine.early)
  await Promise.race([early, setTimeout(patienceMs, undefined, { ref: false })])
  early.then(() => runScript(inside, bootLine.late)).catch(() => {})
  return sshServer(inside, await hostKeyOf(disk))
}

async function runScript(inside: Inside, line: string): Promise<void> {
  const account = (await inside.account('root')) ?? { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh' }
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  const env = { HOME: account.home, USER: 'root', LOGNAME: 'root', PATH: path, SHELL: account.shell }
  const logged = `exec >>"$ROOT${cloudLog}" 2>&1 </dev/null; ${line}`
  const child = inside.spawn({ argv: ['/bin/sh', '-c', logged], env, account })
  for (const stream of [child.stdout, child.stderr]) stream?.resume()
  child.stdin?.end()
  await new Promise<void>((resolve, reject) => child.on('exit', () => resolve()).on('error', reject))
}
