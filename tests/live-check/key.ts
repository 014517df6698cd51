import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A key pair for one walk, in a folder of its own (0700) that `remove` takes away. */
export function newKey(): { file: string; publicKey: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-live-check-'))
  const file = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'atlas live-check', '-f', file])
  return {
    file,
    publicKey: readFileSync(`${file}.pub`, 'utf8').trim(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
