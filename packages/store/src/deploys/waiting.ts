import type { JsonObject } from '@atlas/core'
import type { Finish } from '@atlas/engine'
import { sql, type Transaction } from 'kysely'
import { writeEvents } from '../events/events.ts'
import { endUnbegun } from '../operations/finish.ts'
import { inTheWay, type Place } from '../operations/place.ts'
import { insertOperation, insertPlan } from '../operations/rows.ts'
import type { Actor } from '../plans/stored.ts'
import type { Database } from '../schema.ts'
import { channels } from '../statements.ts'

interface NewWaiting extends Omit<Parameters<typeof insertOperation>[1], 'status' | 'override'> {
  place: Place & { environmentId: string }
  wish: JsonObject
  by: Actor | undefined
}

/** In the caller's transaction, which has locked the place. What it would do as things stand is kept with it, to be seen. */
export async function storeWaiting(tx: Transaction<Database>, { place, wish, by, ...given }: NewWaiting) {
  const { id, plan } = given
  const first = await inTheWay(tx, place)
  await insertOperation(tx, { ...given, override: undefined, status: 'waiting' })
  await insertPlan(tx, id, plan, null)
  await tx
    .insertInto('waiting_deploy')
    .values({
      operation: id,
      environment_id: place.environmentId,
      wish: JSON.stringify(wish),
      actor: by ? JSON.stringify(by) : null,
    })
    .execute()
  await sql`select pg_notify(${channels.turn}, '')`.execute(tx)
  const { project, environment } = plan.deployment!
  const data = { kind: plan.kind, project, environment, ...(first && { behind: first.id }) }
  await writeEvents(tx, plan, [{ type: 'operation.waiting', operation: id, data }])
}

/** Out of the row, and the next may look whether it is its turn. */
export async function leave(tx: Transaction<Database>, operation: string): Promise<void> {
  await tx.deleteFrom('waiting_deploy').where('operation', '=', operation).execute()
  await sql`select pg_notify(${channels.turn}, '')`.execute(tx)
}

/** It was cancelled, or cannot be planned. @returns `false` where it waits no more */
export async function endWaiting(tx: Transaction<Database>, operation: string, end: Finish): Promise<boolean> {
  const ended = await endUnbegun(tx, operation, end)
  if (ended) await leave(tx, operation)
  return ended
}

/** Whether it is the next of its environment. */
export async function isFirst(tx: Transaction<Database>, operation: string): Promise<boolean> {
  const { rows } = await sql`
    select from waiting_deploy w where w.operation = ${operation} and not exists (
      select from waiting_deploy f where f.environment_id = w.environment_id and f.place < w.place)
    for update`.execute(tx)
  return rows.length > 0
}
