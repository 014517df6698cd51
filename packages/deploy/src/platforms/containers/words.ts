import type { Fence } from '../../machine/fenced.ts'
import type { Service } from '../../plan/input.ts'
import type { Instance, Once } from '../platform.ts'
import type { Engine } from './engine.ts'
import { folderOf } from './names.ts'

/**
 * What images commonly need to begin as root and go on as somebody else, and to listen below 1024. Not among them: raw
 * sockets, devices, loading of anything into the kernel.
 */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID']

/** Words for `create`. Secrets are in none of them: each is a file, and `NAME_FILE` says where. */
export function createWords(engine: Engine, { lane }: Fence, instance: Instance, image: string): string[] {
  const { service, release, slot } = instance
  const place = folderOf({ slot, service: service.name })
  return [
    ...engine.create,
    ...each('--label', { 'atlas.lane': lane, 'atlas.place': place, 'atlas.release': release }),
    ...instanceWords(instance),
    image,
    ...commandWords(service),
  ]
}

/** What it finds, where it is reached and what it may do: the same on every computer. */
export const instanceWords = (instance: Omit<Instance, 'release' | 'slot' | 'versions'>): string[] => [
  ...each('--env', { ...environmentOf(instance), PORT: String(instance.port) }),
  ...['--publish', `${instance.address}:${instance.port}:${instance.port}`],
  ...confinement(instance.service),
]

/** Behind the image. */
export const commandWords = ({ command }: Service): string[] => (command === '' ? [] : ['sh', '-c', command])

/** The same for a command that is run to its end and not started again. */
export function onceWords({ lane }: Fence, once: Omit<Once, 'key'>, image: string): string[] {
  return [
    ...each('--label', { 'atlas.lane': lane, 'atlas.release': once.release }),
    ...each('--env', environmentOf(once)),
    ...confinement(once.service),
    ...['--entrypoint', 'sh', image, '-c', once.command],
  ]
}

function environmentOf({ variables, secrets }: Pick<Instance, 'variables' | 'secrets'>): Record<string, string> {
  const files = Object.keys(secrets).map((name) => [`${name.toUpperCase()}_FILE`, `/run/secrets/${name}`])
  return { ...variables, ...Object.fromEntries(files) }
}

const confinement = ({ limits, read_only }: Service): string[] => [
  ...['--security-opt', 'no-new-privileges', '--cap-drop', 'ALL'],
  ...capabilities.flatMap((one) => ['--cap-add', one]),
  ...(limits?.memory_mb ? ['--memory', `${limits.memory_mb}m`] : []),
  ...(limits?.cpus ? ['--cpus', String(limits.cpus)] : []),
  ...(read_only ? ['--read-only', '--tmpfs', '/tmp'] : []),
]

const each = (option: string, values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`])
