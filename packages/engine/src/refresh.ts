import { type Driver, isAtlasError, type Observed, type Owned, type ResourceType } from '@atlas/core'
import { readPatiently } from './retry.ts'
import { slots } from './slots.ts'

/** Reads by id at once, for what a listing did not show. */
const readsAtOnce = 10

/** What one listing of each type showed. */
export type Listings = ReadonlyMap<ResourceType, readonly Observed[]>

/** One listing per type: 10,000 resources cost pages, not 10,000 reads. Without an owner, the whole account. */
export async function list(
  driver: Driver,
  owner: string | undefined,
  types: Iterable<ResourceType>,
  signal: AbortSignal,
): Promise<Listings> {
  const query = { ...(owner !== undefined && { owner }), signal }
  const lists = [...new Set(types)].map(async (type) => {
    const resource = driver.types[type]
    const seen = resource ? await readPatiently(() => Array.fromAsync(resource.list(query)), signal) : []
    return [type, seen] as const
  })
  return new Map(await Promise.all(lists))
}

/**
 * Live state of what is ours, by `physicalId`. What the listings do not show is asked for by id, because they may lag:
 * absent from the answer means that the cloud said so.
 */
export async function live(
  driver: Driver,
  owned: readonly Owned[],
  listings: Listings,
  signal: AbortSignal,
): Promise<Map<string, Observed>> {
  const listed = new Map([...listings.values()].flat().map((one) => [one.physicalId, one]))
  const atOnce = slots(readsAtOnce)
  const seen = owned.map(
    (one) => listed.get(one.physicalId) ?? atOnce.use(() => readPatiently(() => ask(driver, one, signal), signal)),
  )
  const found = (await Promise.all(seen)).filter((one) => one !== undefined)
  return new Map(found.map((one) => [one.physicalId, one]))
}

/** `list` and `live` for one infrastructure: what a plan is made against. Writes nothing. */
export async function refresh(
  driver: Driver,
  owner: string,
  owned: readonly Owned[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Map<string, Observed>> {
  const types = owned.map((one) => one.type)
  return live(driver, owned, await list(driver, owner, types, signal), signal)
}

async function ask(driver: Driver, owned: Owned, signal: AbortSignal): Promise<Observed | undefined> {
  const resource = driver.types[owned.type]
  const seen = resource && (await present(resource.get(owned.id, signal)))
  return seen?.physicalId === owned.physicalId ? seen : undefined
}

/** Only a typed `cloud_missing` means gone. */
export async function present(read: Promise<Observed>): Promise<Observed | undefined> {
  try {
    return await read
  } catch (error) {
    if (isAtlasError(error, 'cloud_missing')) return undefined
    throw error
  }
}
