import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { MachineError } from '../../errors.ts'
import { systemEnv } from '../../run.ts'
import { buildScript, prepare, type Shape, waitScript } from '../boot.ts'

/** The processes that hold a machine's namespaces. */
export interface Namespaces {
  /** `unshare`, which still sees this computer's files. */
  readonly keeper: number
  /** The machine's process 1, by its number here. */
  readonly init: number
  /** Resolves once nothing of the machine is left; the signal that ended its process 1, if one did. */
  readonly ended: Promise<NodeJS.Signals | null>
  /** SIGTERM to everything, and an end once all has gone; at the latest after 10 s. */
  askToEnd(): void
  kill(): void
}

/** Makes a machine's namespaces. `link` lays its network links, once its process 1 is there and before it looks for them. */
export async function makeNamespaces(shape: Shape, link: (init: number) => Promise<void>): Promise<Namespaces> {
  prepare(shape)
  const args = [
    '-Umpnui',
    '--fork',
    '--kill-child',
    '/bin/bash',
    '--norc',
    '-c',
    waitScript,
    'init',
    buildScript(shape),
  ]
  const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: systemEnv().PATH } })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)))
  const says = sayings(child, ended)
  await says('waiting')
  const keeper = child.pid!
  const init = firstChild(keeper)
  mapIds(keeper)
  await link(init)
  child.stdin.write('go\n')
  await says('up')
  const kill = () => {
    for (const pid of [init, keeper]) tryKill(pid)
  }
  return { keeper, init, ended, kill, askToEnd: () => child.stdin.write('off\n') }
}

/** Waits for a line of output; what the process complained of instead becomes the error. */
function sayings(child: ChildProcess, ended: Promise<unknown>): (line: string) => Promise<void> {
  const complaints: string[] = []
  const heard = new Set<string>()
  const listeners = new Map<string, () => void>()
  child.stdin!.on('error', () => {})
  createInterface(child.stderr!).on('line', (line) => complaints.push(line) > 20 && complaints.shift())
  createInterface(child.stdout!).on('line', (line) => {
    heard.add(line)
    listeners.get(line)?.()
  })
  return (line) =>
    new Promise((resolve, reject) => {
      if (heard.has(line)) return resolve()
      listeners.set(line, resolve)
      child.on('error', reject)
      ended.then(() => reject(new MachineError('failed', `It ended before it was "${line}": ${complaints.join('; ')}`)))
    })
}

const firstChild = (pid: number): number =>
  Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10)

/**
 * The machine's users are our users: all of those that we have, where we may give them (as root), else only root, who is
 * then whoever started the sandbox.
 */
function mapIds(pid: number): void {
  for (const kind of ['uid', 'gid'] as const) {
    const ours = readFileSync(`/proc/self/${kind}_map`, 'utf8').trim().split('\n')
    const ranges = ours.map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number])
    if (kind === 'gid' && hasOneUser(ranges)) writeFileSync(`/proc/${pid}/setgroups`, 'deny')
    writeFileSync(`/proc/${pid}/${kind}_map`, ranges.map(mapped).join('\n'))
  }
}

/**
 * All ids but the last: programs tell the root of a user namespace from the real one by a map that is not the whole range
 * (https://github.com/moby/sys/blob/main/userns/userns_linux.go), and a Docker engine in a machine has to know.
 */
const mapped = ([first, , count]: readonly [number, number, number]): string =>
  `${first} ${first} ${count === 0xffffffff ? count - 1 : count}`

const hasOneUser = (ranges: readonly (readonly [number, number, number])[]): boolean =>
  ranges.length === 1 && ranges[0]![2] === 1

/** Whether machines have users besides root. */
export const manyUsers = (): boolean => !/^\s*\d+\s+\d+\s+1\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'))

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
