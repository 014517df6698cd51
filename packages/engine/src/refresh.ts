import { type Driver, isAtlasError, type Observed, type Owned, type ResourceType } from '@atlas/core'
import { readPatiently } from './retry.ts'
import { slots } from './slots.ts'

/** Reads by id at once, for what a listing did not show. */
const readsAtOnce = 10

/**
 * Live state of what is ours, by `physicalId`: one listing per type, so 10,000 resources cost pages and not 10,000
 * reads. What a listing does not show is asked for by id, because a listing may lag: absent from the answer means that
 * the cloud said so.
 */
export async function refresh(
  driver: Driver,
  owner: string,
  owned: readonly Owned[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Map<string, Observed>> {
  const byType = Map.groupBy(owned, (one) => one.type)
  const seen = await Promise.all([...byType].map(([type, mine]) => refreshType(driver, owner, type, mine, signal)))
  return new Map(seen.flat().map((one) => [one.physicalId, one]))
}

async function refreshType(
  driver: Driver,
  owner: string,
  type: ResourceType,
  owned: readonly Owned[],
  signal: AbortSignal,
): Promise<Observed[]> {
  const resource = driver.types[type]
  if (!resource) return []
  const wanted = new Set(owned.map((one) => one.physicalId))
  const listed = await readPatiently(() => Array.fromAsync(resource.list({ owner, signal })), signal)
  const found = listed.filter((one) => wanted.delete(one.physicalId))
  const atOnce = slots(readsAtOnce)
  const unlisted = owned
    .filter((one) => wanted.has(one.physicalId))
    .map((one) =>
      atOnce.use(async () => {
        const seen = await readPatiently(() => present(resource.get(one.id, signal)), signal)
        return seen?.physicalId === one.physicalId ? [seen] : []
      }),
    )
  return [...found, ...(await Promise.all(unlisted)).flat()]
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
