import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineSpec } from './backend.ts'
import type { Disk } from './disks.ts'
import { newHostKey } from './ssh/server.ts'
import { bootScripts } from './userdata/scripts.ts'

/** Where the machine finds them; the same folder as cloud-init's own. */
export const cloudFolder = '/var/lib/cloud/instance'
export const cloudLog = '/var/log/cloud-init-output.log'

/**
 * As cloud-init does it: a disk that was last started under another instance id (a new one, one rebuilt, one made from
 * another machine's snapshot) gets its name, host key, authorised keys and user data; a restored one keeps its own.
 */
export async function prepareBoot(disk: Disk, spec: MachineSpec): Promise<void> {
  const idFile = join(disk.root, 'var/lib/cloud/data/instance-id')
  if ((await readFile(idFile, 'utf8').catch(() => '')) === String(spec.id)) return
  const instance = join(disk.root, cloudFolder)
  await mkdir(instance, { recursive: true })
  await nameMachine(disk, spec)
  await giveKeys(disk, spec)
  const scripts = bootScripts(spec.userData ?? '')
  await writeFile(join(instance, 'user-data.txt'), spec.userData ?? '', { mode: 0o600 })
  for (const stage of ['boot', 'init', 'final'] as const)
    await writeFile(join(instance, `${stage}.sh`), `${scripts[stage]}\n`, { mode: 0o700 })
  await writeFile(join(instance, 'due'), '')
  await mkdir(join(disk.root, 'var/lib/cloud/data'), { recursive: true })
  await writeFile(idFile, String(spec.id))
}

export async function nameMachine(disk: Disk, { name, privateAddress }: MachineSpec): Promise<void> {
  await writeFile(join(disk.root, 'etc/hostname'), `${name}\n`)
  const hosts = ['127.0.0.1 localhost', '::1 localhost ip6-localhost', `127.0.1.1 ${name}`]
  if (privateAddress) hosts.push(`${privateAddress} ${name}`)
  await writeFile(join(disk.root, 'etc/hosts'), `${hosts.join('\n')}\n`)
}

async function giveKeys(disk: Disk, spec: MachineSpec): Promise<void> {
  const ssh = join(disk.root, 'etc/ssh')
  const hostKey = newHostKey(`root@${spec.name}`)
  await mkdir(ssh, { recursive: true })
  await writeFile(join(ssh, 'ssh_host_ed25519_key'), hostKey.private, { mode: 0o600 })
  await writeFile(join(ssh, 'ssh_host_ed25519_key.pub'), `${hostKey.public}\n`)
  const home = join(disk.root, 'root/.ssh')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const authorized = join(home, 'authorized_keys')
  const kept = await readFile(authorized, 'utf8').catch(() => '')
  const added = spec.authorizedKeys.filter((key) => !kept.includes(key.trim())).map((key) => `${key.trim()}\n`)
  await writeFile(authorized, kept + added.join(''), { mode: 0o600 })
}

export const hostKeyOf = (disk: Pick<Disk, 'root'>): Promise<string> =>
  readFile(join(disk.root, 'etc/ssh/ssh_host_ed25519_key'), 'utf8')

/** Without its comment; `undefined` before the first boot. */
export async function publicHostKeyOf(disk: Disk): Promise<string | undefined> {
  const line = await readFile(join(disk.root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8').catch(() => undefined)
  return line?.split(' ').slice(0, 2).join(' ').trim()
}

/** One line for /bin/sh that runs the due scripts; the stages before SSH in `early`, the others in `late`. */
export const bootLine = {
  early: `cd /; . "$ROOT${cloudFolder}/boot.sh"; [ ! -e "$ROOT${cloudFolder}/due" ] || . "$ROOT${cloudFolder}/init.sh"`,
  late: [
    `if [ -e "$ROOT${cloudFolder}/due" ]; then rm "$ROOT${cloudFolder}/due"; ( . "$ROOT${cloudFolder}/final.sh" ); fi`,
    `date > "$ROOT${cloudFolder}/boot-finished"`,
    `[ ! -x "$ROOT/etc/rc.local" ] || exec "$ROOT/etc/rc.local"`,
  ].join('; '),
}
