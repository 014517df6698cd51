import { writeSync } from 'node:fs'
import { type CrashPoint, callSlots, crashAt, crashFromEnv, startPatrol, startWorker } from '@atlas/engine'
import { openStore } from '@atlas/store'
import { remoteDriver } from './remote.ts'

/** A worker in a process of its own, to be killed. Says what it does on stdout, a line of JSON each. */
interface Arguments {
  database: string
  cloud: string
  account: string
  bounds: { requestTimeoutMs: number; lateEffectMs: number; listLagMs: number }
  patrolMs?: number
  withoutSettle?: boolean
  /** Stop (SIGSTOP) there, as `ATLAS_CRASH_AT` says where to die. */
  stopAt?: string
}

const {
  database,
  cloud,
  account,
  bounds,
  patrolMs,
  stopAt,
  withoutSettle = false,
} = JSON.parse(process.argv[2]!) as Arguments
const say = (what: string, facts: object = {}) => process.stdout.write(`${JSON.stringify({ what, ...facts })}\n`)

const store = await openStore(database)
const { deliveries, lease } = await store.work()
const driver = remoteDriver(cloud, { account, bounds })
const atAccount = callSlots(8)
const crash = crashFromEnv()
const stop = stopAt
  ? crashAt(stopAt, () => {
      writeSync(1, `${JSON.stringify({ what: 'stopped' })}\n`)
      process.kill(process.pid, 'SIGSTOP')
    })
  : () => {}
const parts = {
  store,
  lease,
  deliveries,
  driverFor: async () => driver,
  slotsFor: () => atAccount,
  timing: { marginMs: 150, readyMs: 20_000, retryMs: 20_000 },
  withoutSettle,
  at: (point: CrashPoint) => {
    if (point === 'takeover.committed') say('took')
    crash(point)
    stop(point)
  },
  log: (message: string, { error, ...facts }: Readonly<Record<string, unknown>>) =>
    say(message, { ...facts, ...(error !== undefined && { error: String(error) }) }),
}
startWorker(parts)
if (patrolMs !== undefined) startPatrol(parts, { everyMs: patrolMs })
say('ready', { worker: lease.worker })
