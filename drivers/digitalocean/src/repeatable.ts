import { isAtlasError, type ResourceDriver } from '@atlas/core'

/**
 * Lets an update be repeated: where the cloud refuses one, what counts is what is there. A volume cannot grow to the
 * size it has, an address not lead where it leads; that is no failure.
 */
export const repeatable = (resource: ResourceDriver): ResourceDriver => ({
  ...resource,
  async update(observed, want, context) {
    try {
      await resource.update(observed, want, context)
    } catch (refused) {
      if (!isAtlasError(refused, 'cloud_refused')) throw refused
      const now = await resource.get(observed.id, context.signal)
      if (resource.diff(want, now).kind !== 'unchanged') throw refused
    }
  },
})
