import type { Plan } from '@atlas/core'
import { type Slots, slots, startWorker } from '@atlas/engine'
import type { Store } from '@atlas/store'
import { type Cloud, driverOf } from './clouds.ts'
import type { Logger } from './logging.ts'

/** Calls in flight at one account. DigitalOcean allows 250 a minute, so more would only wait for the rate limit. */
const callsAtOnce = 50

/** Starts so many workers in this process; each has a lease of its own and runs up to four operations. */
export async function startWorkers(
  { store, clouds, log }: { store: Store; clouds: readonly Cloud[]; log: Logger },
  count: number,
): Promise<{ stop(): Promise<void> }> {
  const slotsFor = perAccount()
  const workers = await Promise.all(
    Array.from({ length: count }, async () => {
      const { deliveries, lease, release } = await store.work()
      const worker = startWorker({
        store,
        lease,
        deliveries,
        slotsFor,
        driverFor: async ({ provider }: Pick<Plan, 'provider'>) => driverOf(clouds, provider),
        log: (message, facts) => log.info({ ...facts, worker: lease.worker }, message),
      })
      return {
        async stop() {
          await worker.stop()
          await release()
        },
      }
    }),
  )
  return { stop: async () => void (await Promise.all(workers.map((worker) => worker.stop()))) }
}

function perAccount(): (account: string) => Slots {
  const made = new Map<string, Slots>()
  return (account) => {
    const known = made.get(account) ?? slots(callsAtOnce)
    made.set(account, known)
    return known
  }
}
