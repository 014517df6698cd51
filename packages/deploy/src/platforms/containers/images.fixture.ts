import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Connected } from '../../machine/machine.ts'
import type { Tree } from '../platform.ts'
import type { Engine } from './engine.ts'

const busybox = ['/usr/bin/busybox', '/bin/busybox'].find(existsSync)

/** Why no containers can be run in the sandbox's machines here; `undefined` where they can. */
export function noContainers({ name }: Engine): string | undefined {
  const program = name === 'docker' ? 'dockerd' : name
  if (process.getuid?.() !== 0) return 'only root'
  if (!has(program)) return `${program} is not installed`
  if (!busybox || isDynamic(busybox)) return 'no static busybox (apt-get install busybox-static)'
  return undefined
}

function has(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin; command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function isDynamic(program: string): boolean {
  try {
    execFileSync('ldd', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Trees as commits give them: an image `FROM scratch` with busybox, in which files and what it runs are told. */
export function imageTrees() {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-images-'))
  const applets = ['sh', 'httpd', 'cat', 'cp', 'id', 'ls', 'sleep']
  return {
    treeOf(files: Record<string, string>): Tree {
      const at = mkdtempSync(join(folder, 'tree-'))
      const bin = join(at, 'backend/bin')
      mkdirSync(bin, { recursive: true })
      copyFileSync(busybox!, join(bin, 'busybox'))
      for (const name of applets) symlinkSync('busybox', join(bin, name))
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(at, path)), { recursive: true })
        writeFileSync(join(at, path), text)
      }
      return {
        read: async (path) => files[path],
        list: async () => Object.keys(files),
        // The same commit gives the same bytes.
        archive: () =>
          spawn('tar', ['-c', '--sort=name', '--mtime=@0', '-C', at, '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
            .stdout,
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export const containerfile = `FROM scratch
COPY bin /bin
COPY www /www
CMD ["/bin/sh", "-c", "trap 'exit 0' TERM; httpd -f -p $PORT -h /www & wait"]
`

/** Podman's networks set switches of the kernel for themselves, which machines of the sandbox only read. */
export async function ready({ name }: Engine, machine: Connected): Promise<void> {
  if (name === 'podman') await machine.run(['mount', '-o', 'remount,bind,rw', '/proc/sys'])
}
