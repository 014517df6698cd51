import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemAccounts, systemGroups } from '../accounts.ts'
import type { Disk } from '../disks.ts'
import { run } from '../run.ts'

/**
 * Of this computer's /etc, what programs need to find their way and what tells nothing of this computer's people and
 * secrets. Everything else of a machine's /etc is its own.
 */
const copied = [
  ...[
    'alternatives',
    'ssl/certs',
    'ssl/openssl.cnf',
    'ca-certificates',
    'ca-certificates.conf',
    'pki',
    'crypto-policies',
  ],
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'timezone', 'locale.conf', 'default/locale'],
  ...[
    'nsswitch.conf',
    'services',
    'protocols',
    'mime.types',
    'magic',
    'terminfo',
    'inputrc',
    'login.defs',
    'pam.d',
    'security',
  ],
  ...['profile', 'profile.d', 'bash.bashrc', 'bashrc', 'skel', 'shells', 'environment', 'debian_version', 'os-release'],
  ...[
    'perl',
    'python3',
    'python3.11',
    'python3.12',
    'python3.13',
    'java',
    'nginx/mime.types',
    'containers',
    'cni',
    'gitconfig',
    'host.conf',
  ],
]

export async function furnish(disk: Disk): Promise<void> {
  const etc = join(disk.root, 'etc')
  const present = copied.filter((path) => existsSync(join('/etc', path)))
  // What we may not read is left out.
  await run(['/bin/sh', '-c', 'cd /etc; cp -a --parents "$@" 2>/dev/null || true', 'sh', '-t', etc, ...present])
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  await writeFile(join(etc, 'passwd'), systemAccounts(await read('/etc/passwd')))
  await writeFile(join(etc, 'group'), systemGroups(await read('/etc/group')))
  await writeFile(join(etc, 'shadow'), 'root:*:19000:0:99999:7:::\n', { mode: 0o600 })
  await writeFile(join(etc, 'resolv.conf'), 'nameserver 169.254.169.254\n')
  await writeFile(join(etc, 'fstab'), '')
  await symlink('/run', join(disk.root, 'var/run')).catch(() => {})
  for (const name of ['.bashrc', '.profile'])
    await writeFile(join(disk.root, 'root', name), await read(join('/etc/skel', name)))
}
