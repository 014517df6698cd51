import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Orders } from './orders.ts'

/** One place in the crew. Whoever dies there is followed by another. */
interface Place {
  child: ChildProcess
  ready: Promise<unknown>
  frozen: boolean
  /** When it last took an operation over. */
  tookAt: number
}

export interface Said {
  at: number
  pid: number
  what: string
  [fact: string]: unknown
}

/** Two workers in processes of their own, and everything that can be done to them. */
export interface Crew {
  said: Said[]
  ready(): Promise<void>
  /** For all of them, now and later; what is `undefined` is called off. */
  order(orders: Orders): void
  /** SIGKILL; another takes the place after so long. */
  kill(whom: 'runner' | 'other', thenMs: number): Promise<void>
  freeze(forMs: number): Promise<void>
  /** Resolves with what is said next of that kind, `undefined` when the signal fires. */
  next(what: string, signal: AbortSignal): Promise<Said | undefined>
  /** Whoever stands still goes on. */
  thawAll(): void
  revive(pid: number, thenMs: number): Promise<void>
  end(): Promise<void>
}

const compiled = join(import.meta.dirname, '../../node_modules/.cache/torture')

/** @param program a worker, beside this file, that is told `given` as JSON */
export function crew(program: string, given: object, size = 2): Crew {
  const said: Said[] = []
  const ears = new Set<(one: Said) => void>()
  const places: Place[] = []
  let orders: Orders = {}
  let ending = false

  function start(): Place {
    const child = spawn(process.execPath, [join(import.meta.dirname, program), JSON.stringify(given)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    })
    const ready = Promise.withResolvers<unknown>()
    const place: Place = { child, ready: ready.promise, frozen: false, tookAt: 0 }
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const one = { at: Date.now(), pid: child.pid!, ...(JSON.parse(line) as { what: string }) }
      said.push(one)
      if (one.what === 'ready') {
        command(place)
        ready.resolve(undefined)
      }
      if (one.what === 'took') place.tookAt = performance.now()
      if (one.what === 'frozen') place.frozen = true
      for (const hear of ears) hear(one)
    })
    child.once('exit', (code) => {
      ready.resolve(undefined)
      // Nobody asked for it: it fell over by itself, and whoever looks after workers starts another.
      if (code !== null && !ending) {
        said.push({ at: Date.now(), pid: child.pid!, what: 'fell over', code })
        void revive(child.pid!, 200)
      }
    })
    return place
  }
  const command = ({ child }: Place) => child.connected && child.send(orders, () => {})
  const living = () => places.filter(({ child }) => child.exitCode === null && child.signalCode === null)
  const byLastTaken = () => living().toSorted((one, other) => other.tookAt - one.tookAt)

  async function revive(pid: number, thenMs: number): Promise<void> {
    await sleep(thenMs)
    const at = places.findIndex(({ child }) => child.pid === pid)
    if (at >= 0 && !ending) places[at] = start()
  }
  const thaw = (place: Place) => {
    place.frozen = false
    place.child.kill('SIGCONT')
  }

  for (let n = 0; n < size; n++) places.push(start())
  return {
    said,
    async ready() {
      for (const place of places) await place.ready
    },
    order(what) {
      orders = { ...orders, ...what }
      for (const place of living()) command(place)
    },
    async kill(whom, thenMs) {
      const victim = byLastTaken()[whom === 'runner' ? 0 : 1]
      if (!victim) return
      said.push({ at: Date.now(), pid: victim.child.pid!, what: 'killed' })
      victim.child.kill('SIGKILL')
      await revive(victim.child.pid!, thenMs)
    },
    async freeze(forMs) {
      const victim = byLastTaken()[0]
      if (!victim || victim.frozen) return
      said.push({ at: Date.now(), pid: victim.child.pid!, what: 'stopped' })
      victim.frozen = true
      victim.child.kill('SIGSTOP')
      await sleep(forMs)
      thaw(victim)
    },
    next: (what, signal) =>
      new Promise((resolve) => {
        const leave = (one?: Said) => {
          ears.delete(hear)
          signal.removeEventListener('abort', gone)
          resolve(one)
        }
        const hear = (one: Said) => one.what === what && leave(one)
        const gone = () => leave()
        if (signal.aborted) return resolve(undefined)
        signal.addEventListener('abort', gone)
        ears.add(hear)
      }),
    thawAll() {
      for (const place of places) if (place.frozen) thaw(place)
    },
    revive,
    async end() {
      ending = true
      await Promise.all(
        living().map(async ({ child }) => {
          const ended = once(child, 'exit')
          child.kill('SIGKILL')
          await ended
        }),
      )
    },
  }
}
