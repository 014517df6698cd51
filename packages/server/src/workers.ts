import { type CallSlots, type Performer, type RunParts, slotsPerAccount, startPatrol, startWorker } from '@atlas/engine'
import type { Store } from '@atlas/store'
import type { Connections } from './credentials/connections.ts'
import type { Served } from './credentials/served.ts'
import type { Logger } from './logging.ts'

/** Calls in flight at one account. DigitalOcean allows 250 a minute, so more would only wait for the rate limit. */
const callsAtOnce = 50

export interface WorkersParts {
  store: Store
  connections: Connections
  served: Served
  performer: Performer
  log: Logger
}

export interface WorkersWish {
  /** In this process. Each has a lease of its own and runs up to four operations. */
  count: number
  /** How often each infrastructure is looked over; 0: never. */
  patrolMinutes: number
}

/** Starts the workers, each with its patrol: they share the turns, so two look no more often than one. */
export async function startWorkers(parts: WorkersParts, { count, patrolMinutes }: WorkersWish) {
  const slotsFor = slotsPerAccount(callsAtOnce)
  const workers = await Promise.all(Array.from({ length: count }, () => startOne(parts, slotsFor, patrolMinutes)))
  return {
    async stop(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}

async function startOne(
  { store, connections, served, performer, log: logger }: WorkersParts,
  slotsFor: (account: string) => CallSlots,
  patrolMinutes: number,
) {
  const { deliveries, lease, release } = await store.work()
  const driverFor =
    (purpose: 'operation' | 'patrol'): RunParts['driverFor'] =>
    async (place) => {
      const { driver, credential } = await connections.open(place)
      if (credential) await served(place, credential, purpose)
      return driver
    }
  const log = (message: string, { error, ...facts }: Readonly<Record<string, unknown>>) =>
    logger.info({ ...facts, worker: lease.worker, ...(error === undefined ? {} : { err: error }) }, message)
  const worker = startWorker({ store, lease, deliveries, slotsFor, performer, driverFor: driverFor('operation'), log })
  const patrol =
    patrolMinutes > 0
      ? startPatrol({ store, lease, driverFor: driverFor('patrol'), log }, { everyMs: patrolMinutes * 60_000 })
      : undefined
  return {
    async stop() {
      await Promise.all([worker.stop(), patrol?.stop()])
      await release()
    },
  }
}
