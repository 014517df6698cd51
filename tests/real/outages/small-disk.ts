import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Can this process mount? In a container it often cannot, even as root. */
export const canMount =
  process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0

/** A file system of its own, so that its being full is no other's business. */
export function smallDisk(path: string, megabytes: number) {
  mkdirSync(path, { recursive: true, mode: 0o711 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=711`, 'atlas-test', path])
  const ballast = join(path, 'ballast')
  return {
    /** Until the kernel says that there is no space left. */
    fill: () => fillUp(ballast),
    free: () => rmSync(ballast),
    remove: () => execFileSync('umount', [path]),
  }
}

function fillUp(file: string): void {
  const fd = openSync(file, 'w')
  const block = Buffer.alloc(4096)
  try {
    for (;;) writeSync(fd, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(fd)
  }
}
