import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * All that tests put into the temporary folder goes when they are over, also what a failed one left. The name is short:
 * paths of sockets are at most 107 bytes long.
 */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 't-'))
  // Accounts that tests start programs with pass through.
  chmodSync(folder, 0o711)
  process.env.TMPDIR = folder
  return () => {
    // The kernel leaves folders of an overlay closed, for their owner too.
    if (process.getuid?.() !== 0) spawnSync('chmod', ['-R', 'u+rwX', folder])
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
