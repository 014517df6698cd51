import { type Driver, isAtlasError, type ResourceType } from '@atlas/core'
import type { At } from './crash.ts'
import type { Finding } from './drift.ts'
import type { OwnedResource } from './journal.ts'
import type { Lease } from './lease.ts'
import { look, type Seen, typesOf } from './look.ts'
import { type Listings, list } from './refresh.ts'
import { pause, readPatiently } from './retry.ts'
import type { RunParts } from './run.ts'
import { type SweepStore, stamped, sweep } from './sweep.ts'
import type { Log } from './worker.ts'

/** One infrastructure whose turn it is. */
export interface Beat {
  id: string
  workspace: string
  infrastructure: string
  owner: string
  provider: string
  account: string
  region: string
  tags: Record<string, string>
  /** State revision it was read at: what is seen counts only while nothing was changed meanwhile. */
  revision: number
  owned: OwnedResource[]
  /** Types it ever had: strays can be of any of them. */
  types: ResourceType[]
}

export interface PatrolStore extends SweepStore {
  /** Infrastructures that nobody looked at for so long; each is handed to one caller only. */
  due(everyMs: number): Promise<Beat[]>
  /**
   * Keeps what was seen (by `physicalId`; absent: gone), what it costs as it is, and what has drifted, with
   * `drift.detected` or `drift.cleared` when that changed. Nothing is kept where an operation runs or ran since; says
   * whether it was.
   */
  saw(beat: Beat, seen: ReadonlyMap<string, Seen>, findings: readonly Finding[]): Promise<boolean>
}

export interface PatrolParts {
  store: PatrolStore
  lease: Lease
  driverFor: RunParts['driverFor']
  log: Log
  at?: At
}

/** Cheap enough to leave on: about one LIST per type and account each time. */
const defaultEveryMs = 5 * 60_000

/** Looks at everything now and then, for ever: sweeps strays, keeps what is seen, tells of drift. */
export function startPatrol(parts: PatrolParts, { everyMs = defaultEveryMs } = {}): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const walk = async () => {
    while (!stopping.signal.aborted) {
      try {
        await parts.lease.confirmed(stopping.signal)
        await patrol(parts, await parts.store.due(everyMs), stopping.signal)
      } catch (error) {
        if (!stopping.signal.aborted) parts.log('a patrol was broken off', { error })
      }
      await pause(Math.min(everyMs, 10_000), stopping.signal).catch(() => {})
    }
  }
  const going = walk()
  return {
    async stop() {
      stopping.abort(new Error('the patrol stops'))
      await going
    },
  }
}

/** Those who share a credential share one listing. */
export async function patrol(parts: PatrolParts, beats: readonly Beat[], signal: AbortSignal): Promise<void> {
  const together = Map.groupBy(beats, ({ workspace, provider, account }) => `${workspace}\0${provider}\0${account}`)
  for (const group of together.values()) {
    try {
      await patrolAccount(parts, group, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isAtlasError(error)) throw error
      parts.log('an account could not be looked at', { account: group[0]?.account, error })
    }
  }
}

async function patrolAccount(parts: PatrolParts, beats: Beat[], signal: AbortSignal): Promise<void> {
  const [first] = beats
  if (!first) return
  const driver = await parts.driverFor(first)
  if ((await readPatiently(() => driver.account(signal), signal)) !== first.account) {
    parts.log('the credential is for another account', { account: first.account })
    return
  }
  const owner = beats.length === 1 ? first.owner : undefined
  const listings = await list(driver, owner, beats.flatMap(typesOf), signal)
  for (const beat of beats) await walkBeat(parts, driver, beat, listings, signal)
}

async function walkBeat(parts: PatrolParts, driver: Driver, beat: Beat, listings: Listings, signal: AbortSignal) {
  const { store, lease, at = () => {} } = parts
  const found = stamped(driver, beat.owner, listings)
  await sweep({ store, driver, account: beat.account, lease, at, signal }, beat.owner, found)
  const { seen, findings } = await look(driver, beat, listings, signal)
  await store.saw(beat, seen, findings)
}
