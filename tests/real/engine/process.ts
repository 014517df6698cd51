import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface WorkerProcess {
  pid: number
  said: { what: string; [fact: string]: unknown }[]
  /** Resolves when it has said so. */
  says(what: string): Promise<void>
  signal(name: NodeJS.Signals): void
  ended: Promise<void>
}

const living = new Set<ChildProcess>()

/** A worker as a process. `crash` is `<point>[:n][+ms]`. */
export function workerProcess(given: object, crash?: string, stopAt?: string): WorkerProcess {
  const argument = JSON.stringify({ ...given, stopAt })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker-process.ts'), argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(crash && { ATLAS_CRASH_AT: crash }) },
  })
  living.add(child)
  const said: WorkerProcess['said'] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as WorkerProcess['said'][number])
    for (const wake of waiting) wake()
  })
  return {
    pid: child.pid!,
    said,
    says: (what) =>
      new Promise((resolve) => {
        const look = () => said.some((one) => one.what === what) && resolve()
        waiting.add(look)
        look()
      }),
    signal: (name) => void child.kill(name),
    ended: new Promise((resolve) =>
      child.once('exit', () => {
        living.delete(child)
        resolve()
      }),
    ),
  }
}

export function endProcesses(): void {
  for (const child of living) child.kill('SIGKILL')
}
