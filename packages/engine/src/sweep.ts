import { type Driver, isAtlasError, type Observed, type ResourceType } from '@atlas/core'
import type { At } from './crash.ts'
import { gate, type Lease } from './lease.ts'
import { type Listings, present } from './refresh.ts'

/** What a sweep needs of the store. */
export interface SweepStore {
  /**
   * Judges resources that carry the owner's stamp. Unclaimed ones whose operation, step and token are known and whose
   * step is settled are claimed `doomed`; those whose step is open are left to it; unknown ones are quarantined with an
   * event. Returns everything of them that is doomed, now or earlier.
   */
  judge(owner: string, account: string, found: readonly Found[]): Promise<Doomed[]>
  /** It is gone: the claim ends, with an event. */
  swept(owner: string, account: string, doomed: Doomed): Promise<void>
}

/** A resource in the cloud that says it is ours. */
export interface Found {
  type: ResourceType
  observed: Observed
}

export interface Doomed {
  type: ResourceType
  id: string
  physicalId: string
}

export interface SweepParts {
  store: SweepStore
  driver: Driver
  account: string
  lease: Lease
  at: At
  signal: AbortSignal
}

/**
 * Cleans up after requests that took effect when nobody waited for them any more: fencing the database cannot fence the
 * cloud. Only what the store has doomed is deleted, and what it does not know is never deleted: a restored backup must
 * not erase production. What is not gone yet stays doomed for the next sweep.
 */
export async function sweep(parts: SweepParts, owner: string, found: readonly Found[]): Promise<void> {
  const { store, account, at } = parts
  at('sweep.begun')
  const doomed = await store.judge(owner, account, found)
  if (doomed.length > 0) at('sweep.doomed')
  for (const one of doomed) {
    parts.signal.throwIfAborted()
    if (await removed(parts, one)) await store.swept(owner, account, one)
    at('sweep.removed')
  }
}

/** Pure. What carries the owner's stamp. A name is no stamp: it does not say which operation made it. */
export function stamped(driver: Driver, owner: string, listings: Listings): Found[] {
  return [...listings].flatMap(([type, seen]) =>
    driver.types[type]?.stamping === 'tags'
      ? seen.filter((one) => one.stamp?.owner === owner).map((observed) => ({ type, observed }))
      : [],
  )
}

async function removed({ driver, lease, signal }: SweepParts, { type, id, physicalId }: Doomed): Promise<boolean> {
  const resource = driver.types[type]
  if (!resource) return false
  const read = async () => {
    const seen = await present(resource.get(id, signal))
    return seen?.physicalId === physicalId ? seen : undefined
  }
  try {
    const seen = await read()
    if (!seen) return true
    await resource.remove(seen, { gate: () => gate(lease), signal })
    return (await read()) === undefined
  } catch (error) {
    // The next sweep comes to it again: nothing waits for this one.
    if (isAtlasError(error)) return false
    throw error
  }
}
