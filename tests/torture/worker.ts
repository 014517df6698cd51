import type { Bounds } from '@atlas/core'
import { digitalOceanDriver, overHttp, type Send } from '@atlas/driver-digitalocean'
import { type CrashPoint, crashAt } from '@atlas/engine'
import { openStore } from '@atlas/store'
import { runWorker, say } from '../killable-worker.ts'

/** A worker as a process, to be killed. Its parent tells it over IPC where to die or stop; it tells on stdout what it does. */
export interface WorkerGiven {
  database: string
  cloud: { url: string; token: string }
  bounds: Bounds
  withoutSettle: boolean
}

/** `crashAt` is `<point>[:n][+ms]`; `freezeAt` counts creates that are about to be written. Absent: disarmed. */
export interface Orders {
  crashAt?: string | undefined
  freezeAt?: number | undefined
}

const { database, cloud, bounds, withoutSettle } = JSON.parse(process.argv[2]!) as WorkerGiven

let crash: (point: CrashPoint) => void = () => {}
let freezeIn = Number.POSITIVE_INFINITY

process.on('message', (orders: Orders) => {
  const { crashAt: text, freezeAt = Number.POSITIVE_INFINITY } = orders
  freezeIn = freezeAt
  crash = text === undefined ? () => {} : crashAt(text, () => die(text))
})
// Its parent is gone, however it went.
process.on('disconnect', () => process.exit(0))

function die(where: string): void {
  say('dies', { where })
  process.kill(process.pid, 'SIGKILL')
}

const send: Send = (outgoing, leash) => {
  // Types whose resources carry a stamp: what such a request leaves, late, the sweep can tell.
  const stamped = outgoing.method === 'POST' && /\/v2\/(droplets|volumes|vpcs)$/.test(outgoing.url)
  if (!stamped || --freezeIn !== 0) return overHttp(outgoing, leash)
  say('frozen')
  process.kill(process.pid, 'SIGSTOP')
  // Its time limit begins only now, as if it had been on its way for all that time.
  return overHttp(outgoing, { timeoutMs: bounds.requestTimeoutMs })
}

/** A worker that finds no database at its start ends, and is started again. */
async function open() {
  try {
    const store = await openStore(database, { onTrouble: (error) => say('trouble', { error: String(error) }) })
    return { store, ...(await store.work()) }
  } catch (error) {
    say('found no database', { error: String(error) })
    process.exit(1)
  }
}

const opened = await open()
const limiter = opened.store.rateLimiter('torture', { perMinute: 1_000_000, perHour: 10_000_000 })
runWorker({
  ...opened,
  driver: digitalOceanDriver({ ...cloud, baseUrl: cloud.url, bounds, limiter, send }),
  withoutSettle,
  patienceMs: 60_000,
  patrolMs: 2000,
  at: (point) => crash(point),
})
