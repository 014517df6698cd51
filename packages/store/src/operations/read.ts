import { AtlasError, type Operation, type OperationPlace, type OperationStep } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { endWaiting } from '../deploys/waiting.ts'
import { pageOf } from '../page.ts'
import { explained } from '../trouble.ts'
import { isUuid } from '../uuid.ts'
import { type OperationFilter, operationOf, selectOperations } from './select.ts'

/** @throws AtlasError `not_found` */
export async function readOperation(connection: Connection, workspace: string, id: string): Promise<Operation> {
  const [found] = isUuid(id) ? await selectOperations(connection, workspace, { id, limit: 1 }) : []
  if (!found) throw unknownOperation(workspace, id)
  return operationOf(found)
}

/** What a submission under this key made. */
export async function submittedBy(
  connection: Connection,
  workspace: string,
  idempotencyKey: string,
): Promise<Operation | undefined> {
  const made = await explained(() =>
    connection.db
      .selectFrom('operation')
      .select('id')
      .where('workspace', '=', workspace)
      .where('idempotency_key', '=', idempotencyKey)
      .executeTakeFirst(),
  )
  return made && readOperation(connection, workspace, made.id)
}

/** The latest first. `next` is there where more follow. */
export async function listOperations(
  connection: Connection,
  workspace: string,
  { limit = 50, ...filter }: OperationFilter,
): Promise<{ operations: Operation[]; next?: OperationPlace }> {
  const rows = await selectOperations(connection, workspace, { ...filter, limit: limit + 1 })
  const { rows: page, ...more } = pageOf(rows, limit, ({ place, id }): OperationPlace => [place, id])
  return { operations: page.map(operationOf), ...more }
}

/** In the order of the plan. @throws AtlasError `not_found` */
export async function readSteps(connection: Connection, workspace: string, id: string): Promise<OperationStep[]> {
  await whose(connection, workspace, id)
  const rows = await explained(() =>
    connection.db.selectFrom('step').selectAll().where('operation', '=', id).orderBy('n').execute(),
  )
  const gone = rows.some(({ action }) => action === 'delete') ? await goneIn(connection, id) : new Set()
  return rows.map(({ n, action, resource, type, status, attempt, started_at, finished_at, error }) => ({
    n,
    action,
    resource,
    type,
    gone: gone.has(n),
    status,
    attempt,
    startedAt: started_at?.toISOString() ?? null,
    finishedAt: finished_at?.toISOString() ?? null,
    error: error?.message ?? null,
  }))
}

/** Deletions of a plan that only forget. A plan is JSON as text, so it is read through once for all of its steps. */
async function goneIn({ db }: Connection, operation: string): Promise<Set<number>> {
  const { rows } = await explained(() =>
    sql<{ n: number }>`
      select (step->>'n')::int as n from plan, json_array_elements(body->'steps') as step
      where operation = ${operation} and step->>'gone' = 'true'`.execute(db),
  )
  return new Set(rows.map(({ n }) => n))
}

/** What a rollback starts from. @throws AtlasError `not_found` */
export async function readPlan(connection: Connection, workspace: string, id: string) {
  const { infrastructure } = await whose(connection, workspace, id)
  const { body, description_before } = await explained(() =>
    connection.db
      .selectFrom('plan')
      .select(['body', 'description_before'])
      .where('operation', '=', id)
      .executeTakeFirstOrThrow(),
  )
  return { infrastructure, plan: body, descriptionBefore: description_before }
}

/**
 * Asks for the end of an operation: what is open is settled, the rest skipped. One that waits for its turn is over at once;
 * one that is over stays as it is.
 * @throws AtlasError `not_found`
 */
export async function cancel(connection: Connection, workspace: string, id: string): Promise<Operation> {
  await whose(connection, workspace, id)
  await explained(() =>
    connection.db.transaction().execute(async (tx) => {
      if (await endWaiting(tx, id, { status: 'cancelled' })) return
      await tx
        .updateTable('operation')
        .set({ cancel_requested: true })
        .where('id', '=', id)
        .where('status', 'in', ['queued', 'running'])
        .execute()
    }),
  )
  return readOperation(connection, workspace, id)
}

/** Which infrastructure it changes, without counting its steps. @throws AtlasError `not_found` */
async function whose({ db }: Connection, workspace: string, id: string): Promise<{ infrastructure: string }> {
  const own = () =>
    db
      .selectFrom('operation')
      .select('infrastructure')
      .where('workspace', '=', workspace)
      .where('id', '=', id)
      .executeTakeFirst()
  const found = isUuid(id) ? await explained(own) : undefined
  if (!found) throw unknownOperation(workspace, id)
  return found
}

const unknownOperation = (workspace: string, id: string) =>
  new AtlasError('not_found', `There is no operation ${id} in ${workspace}.`, { hint: 'atlas operations list' })
