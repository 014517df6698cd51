import { setTimeout as sleep } from 'node:timers/promises'
import type { Background, CloudParts } from '../cloud.ts'

export function openBackground(stopping: AbortSignal, report: (error: unknown) => void): Background {
  const tails = new Map<string, Promise<void>>()

  function start(key: string, work: () => Promise<void>): Promise<void> {
    const tail = (tails.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => {
        if (!stopping.aborted) report(error)
      })
      .finally(() => {
        if (tails.get(key) === tail) tails.delete(key)
      })
    tails.set(key, tail)
    return tail
  }

  return {
    stopping,
    start,
    async settled() {
      while (tails.size) await Promise.all(tails.values())
    },
  }
}

/** Takes the time that the real cloud would take. @throws AbortError where the sandbox stops meanwhile. */
export async function settle(cloud: Pick<CloudParts, 'background' | 'options'>): Promise<void> {
  const { stopping } = cloud.background
  stopping.throwIfAborted()
  if (cloud.options.settleMs > 0) await sleep(cloud.options.settleMs, undefined, { signal: stopping })
}
