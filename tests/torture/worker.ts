import type { Bounds } from '@atlas/core'
import { digitalOceanDriver, overHttp, type Send } from '@atlas/driver-digitalocean'
import { runWorker, say } from '../killable-worker.ts'
import { obey, openWork } from './orders.ts'

/** A worker as a process, to be killed. It tells on stdout what it does. */
export interface WorkerGiven {
  database: string
  cloud: { url: string; token: string }
  bounds: Bounds
  withoutSettle: boolean
}

const { database, cloud, bounds, withoutSettle } = JSON.parse(process.argv[2]!) as WorkerGiven
const { at, freezesNow } = obey()

const send: Send = (outgoing, leash) => {
  // Types whose resources carry a stamp: what such a request leaves, late, the sweep can tell.
  const stamped = outgoing.method === 'POST' && /\/v2\/(droplets|volumes|vpcs)$/.test(outgoing.url)
  if (!stamped || !freezesNow()) return overHttp(outgoing, leash)
  say('frozen')
  process.kill(process.pid, 'SIGSTOP')
  // Its time limit begins only now, as if it had been on its way for all that time.
  return overHttp(outgoing, { timeoutMs: bounds.requestTimeoutMs })
}

const opened = await openWork(database)
const limiter = opened.store.rateLimiter('torture', { perMinute: 1_000_000, perHour: 10_000_000 })
runWorker({
  ...opened,
  driver: digitalOceanDriver({ ...cloud, baseUrl: cloud.url, bounds, limiter, send }),
  withoutSettle,
  patienceMs: 60_000,
  patrolMs: 2000,
  at,
})
