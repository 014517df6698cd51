import { setTimeout as sleep } from 'node:timers/promises'
import { isAtlasError } from '@atlas/core'

/** Again and again while the database or the cloud is away for a moment. */
export async function patiently<T>(work: () => Promise<T>, forMs = 30_000): Promise<T> {
  for (const giveUpAt = performance.now() + forMs; ; ) {
    try {
      return await work()
    } catch (error) {
      const passing = isAtlasError(error, 'database_unavailable') || isAtlasError(error, 'cloud_unavailable')
      if (!passing || performance.now() > giveUpAt) throw error
      await sleep(100)
    }
  }
}
