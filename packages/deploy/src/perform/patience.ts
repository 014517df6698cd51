import { setTimeout as pause } from 'node:timers/promises'
import { isAtlasError } from '@atlas/core'

/** A machine that was just made is there before it lets anybody in: DigitalOcean's take up to a minute. */
const patienceMs = 180_000

/** Tries until the machine answers at all. */
export async function patiently<T>(what: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const until = performance.now() + patienceMs; ; ) {
    try {
      return await what()
    } catch (error) {
      if (!isAtlasError(error, 'machine_unreachable') || performance.now() > until) throw error
      await pause(2_000, undefined, { signal })
    }
  }
}
