import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

export interface Size {
  vcpus: number
  memoryMb: number
}

/** The control group of one machine: what it may use of this computer. */
export interface Limits {
  /** argv to put before whatever enters the machine from outside, so that it counts too. */
  readonly join: readonly string[]
  /** Takes in a process and what it starts from now on. */
  take(pid: number): void
  set(size: Size): void
  /** Lets the disk that `folder` is on do one read and one write per `delayMs`; 0 lifts it. False where it cannot. */
  slowDisk(folder: string, delayMs: number): boolean
  remove(): void
}

type Write = readonly [controller: string, file: string, value: string]

/** The two generations of control groups: where a group's folders are, and what is written into them. */
interface Generation {
  folder(controller: string): string
  controllers: readonly string[]
  size(size: Size): Write[]
  disk(device: string, perSecond: number): Write[]
}

const period = 100_000
const top = '/sys/fs/cgroup'

const second: Generation = {
  folder: () => join(top, 'atlas-sandbox'),
  controllers: [''],
  size: ({ vcpus, memoryMb }) => [
    ['', 'memory.max', String(memoryMb * 2 ** 20)],
    ['', 'cpu.max', `${vcpus * period} ${period}`],
  ],
  disk: (device, perSecond) => {
    const rate = perSecond > 0 ? String(perSecond) : 'max'
    return [['', 'io.max', `${device} riops=${rate} wiops=${rate}`]]
  },
}

const first: Generation = {
  folder: (controller) => join(top, controller, 'atlas-sandbox'),
  controllers: ['memory', 'cpu', 'blkio'],
  size: ({ vcpus, memoryMb }) => [
    ['memory', 'memory.limit_in_bytes', String(memoryMb * 2 ** 20)],
    ['cpu', 'cpu.cfs_quota_us', String(vcpus * period)],
  ],
  disk: (device, perSecond) =>
    ['read', 'write'].map((way) => ['blkio', `blkio.throttle.${way}_iops_device`, `${device} ${perSecond}`] as const),
}

/** Makes a group per machine, where the kernel lets us: for root, outside of containers. Undefined elsewhere. */
export function limiter(): ((name: string) => Limits) | undefined {
  for (const generation of [second, first]) {
    try {
      if (generation === second) enableControllers()
      const trial = groupIn(generation, `trial-${process.pid}`)
      trial.set({ vcpus: 1, memoryMb: 512 })
      trial.remove()
      sweep(generation)
      return (name) => groupIn(generation, name)
    } catch {
      // Not this one.
    }
  }
  return undefined
}

/**
 * Holds a process, and what it starts from now on, to a size. A group that the kernel refuses (somebody else's limit on
 * groups, a controller taken away meanwhile) is no reason for a machine not to run: then why it is not held.
 */
export function hold(make: () => Limits, size: Size, pid: number): Limits | { why: string } {
  let limits: Limits | undefined
  try {
    limits = make()
    limits.set(size)
    limits.take(pid)
    return limits
  } catch (error) {
    limits?.remove()
    return { why: (error as Error).message }
  }
}

function enableControllers(): void {
  if (!existsSync(join(top, 'cgroup.controllers'))) throw new Error('not mounted')
  const wanted = '+cpu +memory +io'
  writeFileSync(join(top, 'cgroup.subtree_control'), wanted)
  mkdirSync(second.folder(''), { recursive: true })
  writeFileSync(join(second.folder(''), 'cgroup.subtree_control'), wanted)
}

function groupIn(generation: Generation, name: string): Limits {
  const folders = generation.controllers.map((controller) => join(generation.folder(controller), name))
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  const lists = folders.map((folder) => join(folder, 'cgroup.procs'))
  const write = (some: readonly Write[]) => {
    for (const [controller, file, value] of some) writeFileSync(join(generation.folder(controller), name, file), value)
  }
  return {
    join: ['/bin/sh', '-c', `${lists.map((list) => `echo $$ > ${list}`).join('; ')}; exec "$@"`, 'sh'],
    take(pid) {
      for (const list of lists) writeFileSync(list, String(pid))
    },
    set: (size) => write(generation.size(size)),
    slowDisk(folder, delayMs) {
      try {
        write(generation.disk(deviceOf(folder), delayMs > 0 ? Math.max(1, Math.round(1000 / delayMs)) : 0))
        return true
      } catch {
        return false
      }
    },
    remove: () => folders.forEach(removeEmpty),
  }
}

/** Groups that a killed sandbox has left; those in use cannot be removed. */
function sweep(generation: Generation): void {
  for (const controller of generation.controllers) {
    const folder = generation.folder(controller)
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeEmpty(join(folder, entry.name))
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Something in it is still ending: the next start sweeps it.
  }
}

/** The whole disk's number, as the kernel wants it; throws for file systems that have no disk of their own. */
function deviceOf(folder: string): string {
  const { dev } = statSync(folder)
  // glibc's makedev, for numbers below 2^32.
  const device = `/sys/dev/block/${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`
  const whole = existsSync(join(device, 'partition')) ? dirname(realpathSync(device)) : device
  return readFileSync(join(whole, 'dev'), 'utf8').trim()
}
