import { crashAt, crashFromEnv } from '@atlas/engine'
import { openStore } from '@atlas/store'
import { runWorker, say } from '../../killable-worker.ts'
import { remoteDriver } from './remote.ts'

/** A worker in a process of its own, to be killed. */
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

const crash = crashFromEnv()
const stop = stopAt
  ? crashAt(stopAt, () => {
      say('stopped')
      process.kill(process.pid, 'SIGSTOP')
    })
  : () => {}

const store = await openStore(database)
runWorker({
  store,
  ...(await store.work()),
  driver: remoteDriver(cloud, { account, bounds }),
  withoutSettle,
  patienceMs: 20_000,
  patrolMs,
  at: (point) => {
    crash(point)
    stop(point)
  },
})
