import { execFile, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { AtlasError } from '@atlas/core/errors'
import type { Target } from '../ssh/machine.ts'
import { sendToMachine } from '../ssh/run.ts'

/** True where it was made from this computer's Node, false where it was there or the registry gave it. */
export async function bringBase(target: Target, dataDir: string, image: string): Promise<boolean> {
  const known = `docker image inspect ${image} || timeout 30 docker pull ${image}`
  const said = await sendToMachine(target, dataDir, `if { ${known}; } > /dev/null 2>&1; then echo there; fi`)
  if (said.trim() === 'there') return false
  const folder = mkdtempSync(join(tmpdir(), 'atlas-base-'))
  try {
    await layOut(folder)
    const tar = spawn('tar', ['-c', '--owner=0', '--group=0', '-C', folder, '.'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await sendToMachine(target, dataDir, `docker import --change 'CMD ["node"]' - ${image}`, tar.stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return true
}

/** What the Containerfiles of the examples begin with, as they say it. */
export function baseOf(containerfile: string): string {
  const [, image] = /^ARG NODE=([\w./:@-]+)$/m.exec(readFileSync(containerfile, 'utf8')) ?? []
  if (image !== undefined) return image
  throw new AtlasError('internal', `${containerfile} names no image in ARG NODE=`)
}

/** This computer's Node and shell with the libraries that they load, and the few files of /etc that programs ask for. */
async function layOut(folder: string): Promise<void> {
  const put = (from: string, to = from) => {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    copyFileSync(from, join(folder, to))
  }
  const busybox = '/bin/busybox'
  const own = existsSync(busybox) && (await librariesOf(busybox)).length === 0
  const shell = own ? busybox : '/bin/sh'
  put(process.execPath, '/usr/local/bin/node')
  put(shell)
  if (own) for (const name of ['sh', 'cat', 'ls', 'id', 'sleep']) symlinkSync('busybox', join(folder, 'bin', name))
  for (const library of [...(await librariesOf(process.execPath)), ...(await librariesOf(shell))]) put(library)
  const etc = join(folder, 'etc')
  mkdirSync(etc)
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n')
  writeFileSync(join(etc, 'group'), 'root:x:0:\nnode:x:1000:\n')
  writeFileSync(join(etc, 'nsswitch.conf'), 'hosts: files dns\n')
  mkdirSync(join(folder, 'tmp'), { mode: 0o1777 })
  mkdirSync(join(folder, 'home/node'), { recursive: true })
}

/** Empty for what is linked statically, of which ldd says so and fails. */
async function librariesOf(program: string): Promise<string[]> {
  const said = await promisify(execFile)('ldd', [program]).then(
    ({ stdout }) => stdout,
    () => '',
  )
  return [...said.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path]) => path!)
}
