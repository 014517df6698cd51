import type { JsonObject, Plan } from '@atlas/core'
import type { Finish } from '@atlas/engine'
import { sql, type Transaction } from 'kysely'
import { appendAudit } from '../audit/append.ts'
import { operationEnded } from '../audit/operation.ts'
import { fenced } from '../batch.ts'
import { cleared } from '../cloud/patrol.ts'
import type { Connection } from '../connection.ts'
import { deployEnded, nothingServes } from '../deploys/ended.ts'
import { type NewEvent, writeEvents } from '../events/events.ts'
import type { Database } from '../schema.ts'
import { channels } from '../statements.ts'

interface Ending {
  operation: string
  epoch: number
  plan: Plan
}

/**
 * Ends an operation in one transaction: its status, what of it never began, what becomes of the infrastructure, and the
 * events of all that. Repeating it after a lost answer changes nothing.
 * @throws AtlasError `fenced`
 */
export async function finish({ db }: Connection, { operation, epoch, plan }: Ending, end: Finish): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockInfrastructureOf(tx, operation)
    const ended = await tx
      .updateTable('operation')
      .set({ status: end.status, error: end.error ? JSON.stringify(end.error) : null, finished_at: sql`now()` })
      .where('id', '=', operation)
      .where('epoch', '=', epoch)
      .where('status', '=', 'running')
      .returning(['infrastructure_id', 'workspace', 'infrastructure'])
      .executeTakeFirst()
    if (!ended) return alreadyEnded(tx, operation, epoch, end)
    const skipped = await skipRest(tx, operation)
    const deployed = plan.deployment || plan.placed ? await deployEnded(tx, operation) : []
    const changed = plan.deployment
      ? []
      : await infrastructureChanged(tx, ended.infrastructure_id, operation, plan, end)
    await sql`select pg_notify(${channels.turn}, '')`.execute(tx)
    await writeEvents(tx, ended, [
      ...skipped.map(({ n, resource, type, action }) => ({
        type: 'step.skipped' as const,
        operation,
        step: n,
        data: { resource, type, action, reason: `the operation ${end.status}` },
      })),
      ...deployed,
      ...changed,
      ending(operation, plan, end),
    ])
    await appendAudit(tx, [operationEnded(operation, plan, end)])
  })
}

/** Ends one that waited for its turn and was never a worker's. @returns `false` where it waits no more */
export async function endUnbegun(tx: Transaction<Database>, operation: string, end: Finish): Promise<boolean> {
  await lockInfrastructureOf(tx, operation)
  const ended = await tx
    .updateTable('operation')
    .set({ status: end.status, error: end.error ? JSON.stringify(end.error) : null, finished_at: sql`now()` })
    .where('id', '=', operation)
    .where('status', '=', 'waiting')
    .returning(['workspace', 'infrastructure'])
    .executeTakeFirst()
  if (!ended) return false
  await skipRest(tx, operation)
  const { body } = await tx
    .selectFrom('plan')
    .select('body')
    .where('operation', '=', operation)
    .executeTakeFirstOrThrow()
  await writeEvents(tx, ended, [ending(operation, body, end)])
  await appendAudit(tx, [operationEnded(operation, body, end)])
  return true
}

async function infrastructureChanged(
  tx: Transaction<Database>,
  infrastructureId: string,
  operation: string,
  plan: Plan,
  end: Finish,
): Promise<NewEvent[]> {
  const change = end.status === 'succeeded' ? await carriedOut(tx, infrastructureId, operation, plan) : []
  await tx
    .updateTable('infrastructure')
    .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', infrastructureId)
    .execute()
  return change
}

/** First of all, as everybody else does: what follows writes the tally, which others write while they hold this lock. */
const lockInfrastructureOf = (tx: Transaction<Database>, operation: string) =>
  tx
    .selectFrom('infrastructure')
    .select('id')
    .where('id', '=', (eb) => eb.selectFrom('operation').select('infrastructure_id').where('id', '=', operation))
    .forUpdate()
    .execute()

async function alreadyEnded(tx: Transaction<Database>, operation: string, epoch: number, end: Finish): Promise<void> {
  const row = await tx
    .selectFrom('operation')
    .select(['status', 'epoch'])
    .where('id', '=', operation)
    .executeTakeFirst()
  if (row?.epoch !== epoch || row.status !== end.status) throw fenced(operation, epoch)
}

async function skipRest(tx: Transaction<Database>, operation: string) {
  const rows = await tx
    .updateTable('step')
    .set({ status: 'skipped', finished_at: sql`now()` })
    .where('operation', '=', operation)
    .where('status', 'in', ['pending', 'running'])
    .returning(['n', 'resource', 'type', 'action'])
    .execute()
  return rows.sort((one, other) => one.n - other.n)
}

/** The infrastructure is now what the plan described. Returns the events of that. */
export async function carriedOut(
  tx: Transaction<Database>,
  infrastructureId: string,
  operation: string,
  plan: Plan,
): Promise<NewEvent[]> {
  const forgotten = plan.resources.filter((line) => line.action === 'forget').map((line) => line.resource)
  if (forgotten.length > 0) await forget(tx, infrastructureId, forgotten)
  const { drift } = await tx
    .selectFrom('infrastructure')
    .select('drift')
    .where('id', '=', infrastructureId)
    .executeTakeFirstOrThrow()
  const released = plan.kind === 'release'
  const destroyed = plan.kind === 'destroy' || released
  await tx
    .updateTable('infrastructure')
    .set({
      description: JSON.stringify(plan.description),
      tags: JSON.stringify(plan.description.tags ?? {}),
      drift: null,
      destroyed_at: destroyed ? sql`now()` : null,
      released,
    })
    .where('id', '=', infrastructureId)
    .execute()
  if (destroyed) await nothingServes(tx, infrastructureId)
  const over = released ? 'infrastructure.released' : 'infrastructure.destroyed'
  const type = destroyed ? over : 'infrastructure.updated'
  return [{ type, operation, data: { kind: plan.kind } }, ...(drift ? [cleared()] : [])]
}

/** Ours, but gone from the cloud, and nobody wants it back. */
async function forget(tx: Transaction<Database>, infrastructureId: string, names: string[]): Promise<void> {
  const rows = await tx
    .deleteFrom('resource')
    .where('infrastructure_id', '=', infrastructureId)
    .where('name', 'in', names)
    .returning('identity')
    .execute()
  if (rows.length === 0) return
  await tx
    .updateTable('claim')
    .set({ verdict: 'deleted' })
    .where(
      'identity',
      'in',
      rows.map((row) => row.identity),
    )
    .where('verdict', '=', 'owned')
    .execute()
}

export function ending(operation: string, plan: Plan, end: Finish): NewEvent {
  const data = { kind: plan.kind, ...toldOf(plan), ...(end.error && { error: { ...end.error } }) }
  switch (end.status) {
    case 'succeeded':
      return { type: 'deployment.completed', operation, data }
    case 'failed':
      return { type: 'deployment.failed', operation, data }
    case 'cancelled':
      return { type: 'operation.cancelled', operation, data }
  }
}

/** What is deployed where; of a change in the cloud, nothing more. */
export function toldOf({ deployment }: Pick<Plan, 'deployment'>): JsonObject {
  if (!deployment) return {}
  const { project, environment, release } = deployment
  return { project, environment, release }
}
