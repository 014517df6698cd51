import { isAtlasError, traceIdOf } from '@atlas/core'
import type { Deliveries, Delivery } from './deliveries.ts'
import type { Taken } from './journal.ts'
import { backoff, pause } from './retry.ts'
import { type RunParts, runOperation } from './run.ts'

export interface WorkerParts extends RunParts {
  deliveries: Deliveries
  log: Log
}

/** For people and for tests; never for decisions. */
export type Log = (message: string, facts: Facts) => void

type Facts = Readonly<Record<string, unknown>>

export interface Worker {
  /** Lets go of what is under way in good order: calls in flight end and are written down, others go on from there. */
  stop(): Promise<void>
}

/** Takes operations and runs them, several at a time. */
export function startWorker(parts: WorkerParts, { operations = 4 }: { operations?: number } = {}): Worker {
  const stopping = new AbortController()
  const hands = Array.from({ length: operations }, () => work(parts, stopping.signal))
  return {
    async stop() {
      stopping.abort(new Error('the worker stops'))
      await Promise.all(hands)
    },
  }
}

async function work(parts: WorkerParts, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const delivery = await parts.deliveries.next(stop)
    if (!delivery) return
    parts.at?.('delivery.fetched')
    try {
      await handle(parts, delivery, stop)
    } catch (error) {
      // The database is away, or worse: the watcher finds the operation again.
      delivery.leave()
      parts.log('a delivery could not be ended', { operation: delivery.operation, error })
    }
  }
}

async function handle(parts: WorkerParts, delivery: Delivery, stop: AbortSignal): Promise<void> {
  const { operation } = delivery
  let about: Facts = { operation }
  try {
    const end = await runOperation(parts, operation, stop, (taken) => {
      about = { operation, ...askedBy(taken) }
      parts.log('operation is taken', { ...about, kind: taken.plan.kind, epoch: taken.epoch })
    })
    await delivery.done()
    parts.log('operation ended', { ...about, status: end?.status ?? 'was over' })
  } catch (error) {
    if (isAtlasError(error, 'fenced')) {
      delivery.leave()
      parts.log('operation was taken over', { ...about, worker: parts.lease.worker })
      return
    }
    parts.log('operation is given back', { ...about, delivered: delivery.delivered, error })
    // What keeps failing is tried ever less often; a worker that stops hands over at once.
    await pause(backoff(delivery.delivered, { capMs: 60_000 }), stop).catch(() => {})
    await delivery.again(error instanceof Error ? error.message : String(error))
  }
}

/** By what the logs of the request and of the operation are held together. */
const askedBy = ({ origin }: Taken): Facts => ({
  ...(origin && { request: origin.requestId }),
  ...(origin?.traceparent !== undefined && { trace: traceIdOf(origin) }),
})
