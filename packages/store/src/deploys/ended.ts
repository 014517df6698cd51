import { sql, type Transaction } from 'kysely'
import type { NewEvent } from '../events/events.ts'
import type { Database } from '../schema.ts'

/**
 * Where traffic was moved, the deployment serves from now on, also when what came after failed. Plans made meanwhile are
 * stale. There is no event of its own: the end of the operation says which release.
 */
export async function deployEnded(tx: Transaction<Database>, operation: string): Promise<NewEvent[]> {
  const moved = await tx
    .selectFrom('step')
    .select('n')
    .where('operation', '=', operation)
    .where('action', '=', 'switch')
    .where('status', '=', 'done')
    .executeTakeFirst()
  if (moved)
    await tx.updateTable('deployment').set({ served_at: sql<Date>`now()` }).where('operation', '=', operation).execute()
  await tx
    .updateTable('environment')
    .set((eb) => ({ revision: eb('revision', '+', 1), ...(moved && { serving: operation }) }))
    .where('id', '=', (eb) => eb.selectFrom('operation').select('environment_id').where('id', '=', operation))
    .execute()
  return []
}
