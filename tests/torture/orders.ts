import { type CrashPoint, crashAt } from '@atlas/engine'
import { openStore } from '@atlas/store'
import { say } from '../killable-worker.ts'

/**
 * `crashAt` is `<point>[:n][+ms]`, `crashIn` a kind of step that is to end in its middle; `freezeAt` counts creates that
 * are about to be written. Absent: disarmed.
 */
export interface Orders {
  crashAt?: string | undefined
  crashIn?: { action: string; afterMs: number } | undefined
  freezeAt?: number | undefined
}

/** In a worker process: does what its parent says over IPC, and ends with it, however that went. */
export function obey() {
  let crash: (point: CrashPoint) => void = () => {}
  let crashIn: Orders['crashIn']
  let freezeIn = Number.POSITIVE_INFINITY
  process.on('message', (orders: Orders) => {
    const { crashAt: text, freezeAt = Number.POSITIVE_INFINITY } = orders
    freezeIn = freezeAt
    crashIn = orders.crashIn
    crash = text === undefined ? () => {} : crashAt(text, () => die(text))
  })
  process.on('disconnect', () => process.exit(0))
  return {
    at: (point: CrashPoint) => crash(point),
    /** Carries a step out, or dies in the middle of it. */
    async within<T>(action: string, work: () => Promise<T>): Promise<T> {
      if (crashIn?.action !== action) return work()
      const timer = setTimeout(() => die(`in ${action}`), crashIn.afterMs)
      return work().finally(() => clearTimeout(timer))
    },
    /** Whether this is the create at which to stand still. */
    freezesNow: () => --freezeIn === 0,
  }
}

function die(where: string): void {
  say('dies', { where })
  process.kill(process.pid, 'SIGKILL')
}

/** A worker that finds no database at its start ends, and is started again. */
export async function openWork(database: string) {
  try {
    const store = await openStore(database, { onTrouble: (error) => say('trouble', { error: String(error) }) })
    return { store, ...(await store.work()) }
  } catch (error) {
    say('found no database', { error: String(error) })
    process.exit(1)
  }
}
