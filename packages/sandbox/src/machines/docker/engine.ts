import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineSpec } from '../backend.ts'
import type { Disk } from '../disks.ts'
import { MachineError } from '../errors.ts'
import type { Mounted } from '../machine.ts'
import { initScript } from '../namespace/boot.ts'
import { run } from '../run.ts'

/*
 * Docker gives a machine its namespaces and limits; its files are the same folders as for the other kinds. So the image is
 * next to nothing: a root with the links that this computer has in its own. /usr comes from here, read-only.
 */

const image = 'atlas-sandbox-machine:1'
const ofThisComputer = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']

/** Rejects with the reason where no engine answers, or where it is not on this computer. */
export async function findEngine(): Promise<void> {
  const refuse = (why: string) => {
    throw new MachineError('backend_unavailable', `Machines in Docker: ${why}`)
  }
  if (process.platform !== 'linux')
    refuse("only on Linux, where containers' addresses can be reached and run its programs.")
  const answer = await run(['docker', 'version', '--format', '{{.Server.Os}}']).catch((error: Error) =>
    refuse(`no engine answers (${error.message.split('\n')[0]}). Try: sudo systemctl start docker`),
  )
  if (answer?.trim() !== 'linux') refuse(`the engine runs ${answer?.trim()} containers, not linux.`)
}

/** Makes the image, once per engine. */
export async function ensureImage(): Promise<void> {
  if ((await run(['docker', 'image', 'ls', '-q', image])).trim()) return
  const root = await mkdtemp(join(tmpdir(), 'atlas-image-'))
  for (const name of ofThisComputer.filter((name) => existsSync(`/${name}`))) {
    if (lstatSync(`/${name}`).isSymbolicLink()) await symlink(readlinkSync(`/${name}`), join(root, name))
    else await mkdir(join(root, name))
  }
  await run(['/bin/sh', '-c', `tar -C "$1" -c . | docker import - ${image}`, 'sh', root])
  await rm(root, { recursive: true })
}

const machineFolders = ['etc', 'home', 'media', 'mnt', 'opt', 'root', 'srv', 'tmp', 'var']

const bind = (from: string, to: string, readonly = false): string[] => [
  '--mount',
  `type=bind,source=${from},target=${to}${readonly ? ',readonly' : ''}`,
]

/** This computer's programs and libraries, read-only. */
function programs(): string[] {
  const shared = ofThisComputer.filter((name) => existsSync(`/${name}`) && !lstatSync(`/${name}`).isSymbolicLink())
  return ['usr', ...shared].flatMap((name) => bind(`/${name}`, `/${name}`, true))
}

export interface Container {
  name: string
  network: string
  label: string
}

/** argv that runs a machine in the foreground: it ends when the pipe to its first process does, as it ends with us. */
export function runContainer(
  container: Container,
  spec: MachineSpec,
  disk: Disk,
  volumes: readonly Mounted[],
): string[] {
  return [
    ...['docker', 'run', '--rm', '-i', '--name', container.name, '--hostname', spec.name, '--label', container.label],
    ...['--network', container.network, '--network-alias', spec.name],
    ...['--memory', `${spec.size.memoryMb}m`, '--cpus', String(spec.size.vcpus), '--tmpfs', '/run'],
    ...machineFolders.flatMap((name) => bind(join(disk.root, name), `/${name}`)),
    ...programs(),
    ...bind(process.execPath, '/.atlas/node', true),
    ...volumes.flatMap(({ name, data }) => bind(data, `/mnt/${name}`)),
    ...[image, '/bin/bash', '--norc', '-c', `echo up\n${initScript}`],
  ]
}

/**
 * argv that gives a machine its private address, on the link that it shares with the others of its VPC: there is one bridge
 * for each, and a VPC is at most a /16. Another container does it in the machine's network, so that no machine has the right.
 */
export const giveAddress = (name: string, { privateAddress }: MachineSpec): string[] => [
  ...['docker', 'run', '--rm', '--network', `container:${name}`, '--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN'],
  ...programs(),
  ...[image, 'ip', 'address', 'replace', `${privateAddress}/16`, 'dev', 'eth0'],
]

/** argv that runs a command in a machine. Variables go by their names: values on a command line are for all to see. */
export const execIn = (
  name: string,
  user: string,
  home: string,
  env: Record<string, string>,
  argv: readonly string[],
): string[] => [
  ...['docker', 'exec', '-i', '-u', user, '-w', home],
  ...Object.keys(env).flatMap((key) => ['-e', key]),
  name,
  ...argv,
]
