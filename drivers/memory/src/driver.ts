import { type Driver, type ResourceDriver, type ResourceType, resourceTypes } from '@atlas/core'
import type { MemoryCloud } from './cloud.ts'
import { resource } from './resource.ts'

/**
 * The reference driver, and the one to copy for another cloud: `cloud.ts` stands where the provider's API client
 * would, everything else is what a driver has to say. Several drivers may work on one cloud, each under its name.
 */
export function memoryDriver(cloud: MemoryCloud, { worker = 'worker' }: { worker?: string } = {}): Driver {
  return {
    provider: 'memory',
    account: (signal) => cloud.request({ worker, verb: 'account' }, { signal }, () => cloud.account),
    bounds: cloud.bounds,
    types: Object.fromEntries(resourceTypes.map((type) => [type, resource(cloud, type, worker)])) as Record<
      ResourceType,
      ResourceDriver
    >,
  }
}
