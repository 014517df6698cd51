import { writeSync } from 'node:fs'
import type { Bounds } from '@atlas/core'
import { digitalOceanDriver, overHttp, type Send } from '@atlas/driver-digitalocean'
import { type CrashPoint, callSlots, crashAt, startPatrol, startWorker } from '@atlas/engine'
import { openStore } from '@atlas/store'

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

/** Written before the next line runs: what follows may be a SIGKILL. */
const say = (what: string, facts: object = {}) => void writeSync(1, `${JSON.stringify({ what, ...facts })}\n`)

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

const send: Send = (outgoing, signal) => {
  // Types whose resources carry a stamp: what such a request leaves, late, the sweep can tell.
  const stamped = outgoing.method === 'POST' && /\/v2\/(droplets|volumes|vpcs)$/.test(outgoing.url)
  if (!stamped || --freezeIn !== 0) return overHttp(outgoing, signal)
  say('frozen')
  process.kill(process.pid, 'SIGSTOP')
  // Its time limit begins only now, as if it had been on its way for all that time.
  return overHttp(outgoing, AbortSignal.timeout(bounds.requestTimeoutMs))
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

const { store, deliveries, lease } = await open()
const limiter = store.rateLimiter('torture', { perMinute: 1_000_000, perHour: 10_000_000 })
const driver = digitalOceanDriver({ ...cloud, baseUrl: cloud.url, bounds, limiter, send })
const atAccount = callSlots(8)
const parts = {
  store,
  lease,
  deliveries,
  driverFor: async () => driver,
  slotsFor: () => atAccount,
  timing: { marginMs: 150, readyMs: 60_000, retryMs: 60_000 },
  withoutSettle,
  at: (point: CrashPoint) => {
    if (point === 'takeover.committed') say('took')
    crash(point)
  },
  log: (message: string, { error, ...facts }: Readonly<Record<string, unknown>>) =>
    say(message, { ...facts, ...(error !== undefined && { error: String(error) }) }),
}
startWorker(parts)
startPatrol(parts, { everyMs: 2000 })
say('ready', { worker: lease.worker })
