import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@atlas/client'
import { patiently } from './patiently.ts'

/** One that has not ended by then is stuck. */
export const stuckAfterMs = 180_000

/** An operation when it has ended, or as it stands after so long. */
export async function ended(client: Client, id: string) {
  for (const giveUpAt = performance.now() + stuckAfterMs; ; await sleep(100)) {
    const operation = await patiently(() => client.operation(id))
    const over = operation.finished_at !== null
    if (over || performance.now() > giveUpAt) return operation
  }
}
