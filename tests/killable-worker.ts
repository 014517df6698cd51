import { writeSync } from 'node:fs'
import type { Driver } from '@atlas/core'
import { type CrashPoint, callSlots, type Performer, startPatrol, startWorker } from '@atlas/engine'
import type { Store } from '@atlas/store'

export interface Given extends Awaited<ReturnType<Store['work']>> {
  store: Store
  driver: Driver
  /** For deploys. */
  performer?: Performer
  withoutSettle: boolean
  /** How long it goes on trying and waits for what it made; milliseconds. */
  patienceMs: number
  /** Where it may be killed or stopped. */
  at(point: CrashPoint): void
  /** Looks for drift as often; not at all where absent. */
  patrolMs?: number | undefined
}

/** A worker in a process of its own, as the server composes one. It says what it does on stdout, a line of JSON each. */
export function runWorker({ driver, patienceMs, patrolMs, at, ...given }: Given): void {
  const atAccount = callSlots(8)
  const parts = {
    ...given,
    driverFor: async () => driver,
    slotsFor: () => atAccount,
    timing: { marginMs: 150, readyMs: patienceMs, retryMs: patienceMs },
    at: (point: CrashPoint) => {
      if (point === 'takeover.committed') say('took')
      at(point)
    },
    log: (message: string, { error, ...facts }: Readonly<Record<string, unknown>>) =>
      say(message, { ...facts, ...(error !== undefined && { error: String(error) }) }),
  }
  startWorker(parts)
  if (patrolMs !== undefined) startPatrol(parts, { everyMs: patrolMs })
  say('ready', { worker: given.lease.worker })
}

/** Written before the next line runs: what follows may be a SIGKILL. */
export const say = (what: string, facts: object = {}): void =>
  void writeSync(1, `${JSON.stringify({ what, ...facts })}\n`)
