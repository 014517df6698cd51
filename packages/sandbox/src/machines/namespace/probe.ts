import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MachineError } from '../errors.ts'
import { systemEnv } from '../run.ts'

const needed = ['unshare', 'nsenter', 'mount', 'umount', 'pivot_root', 'ip', 'bash', 'hostname', 'script', 'setpriv']

export const hasProgram = (name: string): boolean =>
  systemEnv()
    .PATH!.split(':')
    .some((folder) => existsSync(join(folder, name)))

/** Rejects at once where it is plain that namespaces cannot be had; a machine started on trial tells the rest. */
export function checkPrograms(): void {
  if (process.platform !== 'linux')
    throw new MachineError('backend_unavailable', `Namespaces are Linux's; this computer runs ${process.platform}.`)
  const missing = needed.filter((name) => !hasProgram(name))
  if (missing.length > 0)
    throw new MachineError(
      'backend_unavailable',
      `Machines in namespaces need ${missing.join(', ')}; not found on PATH.`,
    )
}

/** Why there are no namespaces here, and what to type where the kernel tells. */
export const refused = (reason: string, cause?: unknown): MachineError =>
  new MachineError(
    'backend_unavailable',
    `A machine in namespaces could not be started: ${reason}.${whyRefused()}`,
    cause,
  )

/** Why the kernel may have refused, where it tells: what to type is the last sentence. */
function whyRefused(): string {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      return ''
    }
  }
  if (read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1')
    return ' Ubuntu keeps namespaces from ordinary users. Try: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0'
  if (read('/proc/sys/kernel/unprivileged_userns_clone') === '0')
    return ' Namespaces are kept from ordinary users. Try: sudo sysctl kernel.unprivileged_userns_clone=1'
  if (read('/proc/sys/user/max_user_namespaces') === '0')
    return ' User namespaces are switched off. Try: sudo sysctl user.max_user_namespaces=15000'
  if (existsSync('/.dockerenv')) return ' In a Docker container this needs `docker run --privileged`.'
  return ''
}
