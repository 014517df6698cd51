import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'

/** Where Debian, Fedora and Arch, and macOS keep OpenSSH's own. */
const known = [
  '/usr/lib/openssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/sftp-server',
]

let ours: string | undefined

/** OpenSSH's sftp-server where it is installed, else Atlas's own under Node. `node` is how the machine finds Node. */
export function programArgv(node = process.execPath): string[] {
  const installed = known.find((path) => existsSync(path))
  if (installed) return [installed]
  // Types stripped once here: a machine's Node then starts in 40 ms instead of 100, and needs to read no file.
  ours ??= stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'server.ts'), 'utf8'))
  return [node, '--input-type=module', '-e', ours]
}
