import type { MachineSpec } from './backend.ts'
import { readOnDisk, writeOnDisk } from './disk-files.ts'
import type { Disk } from './disks.ts'
import { newKey } from './ssh/key.ts'
import { bootScripts } from './userdata/scripts.ts'

/** Where the machine finds them; the same folder as cloud-init's own. */
export const cloudFolder = '/var/lib/cloud/instance'
export const cloudLog = '/var/log/cloud-init-output.log'

/**
 * As cloud-init does it: a disk that was last started under another instance id (a new one, one rebuilt, one made from
 * another machine's snapshot) gets its name, host key, authorised keys and user data; a restored one keeps its own.
 */
export async function prepareBoot({ root }: Disk, spec: MachineSpec): Promise<void> {
  const idFile = 'var/lib/cloud/data/instance-id'
  if ((await readOnDisk(root, idFile).catch(() => '')) === String(spec.id)) return
  await nameMachine({ root }, spec)
  await giveKeys(root, spec)
  const scripts = bootScripts(spec.userData ?? '')
  await writeOnDisk(root, `${cloudFolder}/user-data.txt`, spec.userData ?? '', 0o600)
  for (const stage of ['boot', 'init', 'final'] as const)
    await writeOnDisk(root, `${cloudFolder}/${stage}.sh`, `${scripts[stage]}\n`, 0o700)
  await writeOnDisk(root, `${cloudFolder}/due`, '')
  await writeOnDisk(root, idFile, String(spec.id))
}

export async function nameMachine({ root }: Rooted, { name, privateAddress }: MachineSpec): Promise<void> {
  await writeOnDisk(root, 'etc/hostname', `${name}\n`)
  const hosts = ['127.0.0.1 localhost', '::1 localhost ip6-localhost', `127.0.1.1 ${name}`]
  if (privateAddress) hosts.push(`${privateAddress} ${name}`)
  await writeOnDisk(root, 'etc/hosts', `${hosts.join('\n')}\n`)
}

async function giveKeys(root: string, spec: MachineSpec): Promise<void> {
  const hostKey = newKey(`root@${spec.name}`)
  await writeOnDisk(root, hostKeyFile, hostKey.private, 0o600)
  await writeOnDisk(root, `${hostKeyFile}.pub`, `${hostKey.public}\n`)
  const authorized = 'root/.ssh/authorized_keys'
  const kept = await readOnDisk(root, authorized).catch(() => '')
  const added = spec.authorizedKeys.filter((key) => !kept.includes(key.trim())).map((key) => `${key.trim()}\n`)
  await writeOnDisk(root, authorized, kept + added.join(''), 0o600)
}

type Rooted = Pick<Disk, 'root'>

const hostKeyFile = 'etc/ssh/ssh_host_ed25519_key'

export const hostKeyOf = ({ root }: Rooted): Promise<string> => readOnDisk(root, hostKeyFile)

/** Without its comment; `undefined` before the first boot. */
export async function publicHostKeyOf({ root }: Rooted): Promise<string | undefined> {
  const line = await readOnDisk(root, `${hostKeyFile}.pub`).catch(() => undefined)
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
