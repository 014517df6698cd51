import { AtlasError, cents, type Operation, type OperationPlace, type OperationStep, type Plan } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { endWaiting } from '../deploys/waiting.ts'
import { type Asked, originOf } from '../origin.ts'
import { pageOf } from '../page.ts'
import { explained } from '../trouble.ts'
import { isUuid } from '../uuid.ts'

/** @throws AtlasError `not_found` */
export async function readOperation(connection: Connection, workspace: string, id: string): Promise<Operation> {
  const [found] = isUuid(id) ? await select(connection, workspace, { id, limit: 1 }) : []
  if (!found) throw unknownOperation(workspace, id)
  return view(found)
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

export interface OperationFilter {
  /** Its name. */
  infrastructure?: string
  status?: Operation['status']
  kind?: Operation['kind']
  limit?: number
  /** Goes on behind this one. */
  after?: OperationPlace
}

/** The latest first. `next` is there where more follow. */
export async function listOperations(
  connection: Connection,
  workspace: string,
  { limit = 50, ...filter }: OperationFilter,
): Promise<{ operations: Operation[]; next?: OperationPlace }> {
  const rows = await select(connection, workspace, { ...filter, limit: limit + 1 })
  const { rows: page, ...more } = pageOf(rows, limit, ({ place, id }): OperationPlace => [place, id])
  return { operations: page.map(view), ...more }
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

interface Row extends Asked {
  id: string
  workspace: string
  infrastructure: string
  kind: Plan['kind']
  plan_hash: string
  status: Operation['status'] | 'waiting'
  waits_for: Operation['waitsFor']
  cancel_requested: boolean
  budget_override: Operation['budgetOverride']
  total: number
  completed: number
  current: { action: OperationStep['action']; resource: string; type: string } | null
  /** Of a deletion that runs. */
  gone: boolean | null
  created: string[]
  cost: number
  error: Operation['error']
  created_at: Date
  /** Also when it was made, to the microsecond. */
  place: string
  started_at: Date | null
  finished_at: Date | null
}

async function select(
  { db }: Connection,
  workspace: string,
  { id, infrastructure, status, kind, after, limit }: OperationFilter & { id?: string; limit: number },
): Promise<Row[]> {
  const [at, behind] = after ?? []
  const { rows } = await explained(() =>
    sql<Row>`
      select o.id, o.workspace, o.infrastructure, o.kind, o.plan_hash, o.status, o.cancel_requested, o.error, o.budget_override,
        o.created_at, to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place, o.started_at, o.finished_at,
        o.request_id, o.traceparent, s.*, case when o.status = 'waiting' then ${waitsFor} end as waits_for,
        case when s.current->>'action' = 'delete' then (
          select p.body->'steps'->(s.current->>'n')::int->>'gone' = 'true' from plan p where p.operation = o.id) end as gone
      from (
        select * from operation
        where workspace = ${workspace} and (${id ?? null}::uuid is null or id = ${id ?? null})
          and (${infrastructure ?? null}::text is null or infrastructure = ${infrastructure ?? null})
          and (${status ?? null}::text is null or status = ${status ?? null} or (status = 'waiting' and ${status ?? null} = 'queued'))
          and (${kind ?? null}::text is null or kind = ${kind ?? null})
          and (created_at, id) < (${at ?? 'infinity'}::timestamptz, ${behind ?? lastId}::uuid)
        order by created_at desc, id desc limit ${limit}) o,
      lateral (
        select count(*) filter (where action not in ('restore', 'withdraw') or status = 'done')::int as total,
          count(*) filter (where status = 'done')::int as completed,
          coalesce(sum(monthly) filter (where status = 'done'), 0)::float8 as cost,
          coalesce(array_agg(resource order by n) filter (where status = 'done' and action = 'create'), '{}') as created,
          (array_agg(jsonb_build_object('n', n, 'action', action, 'resource', resource, 'type', type) order by n)
            filter (where status = 'running'))[1] as current
        from step where operation = o.id) s
      order by o.created_at desc, o.id desc`.execute(db),
  )
  return rows
}

/** The last that is to be over before its turn comes: what runs, or who waits before it. */
const waitsFor = sql`(
  select jsonb_build_object('position', before.count + 1, 'operation', coalesce(before.last, (
    select r.id from operation r where r.infrastructure_id = o.infrastructure_id and r.status in ('queued', 'running')
      and (r.environment_id is null or r.environment_id = o.environment_id) order by r.created_at limit 1)))
  from waiting_deploy me, lateral (
    select count(*)::int, (array_agg(w.operation order by w.place desc))[1] as last from waiting_deploy w
    where w.environment_id = me.environment_id and w.place < me.place) before
  where me.operation = o.id)`

const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const doing = {
  forget: 'Forgetting',
  create: 'Creating',
  update: 'Changing',
  delete: 'Deleting',
  adopt: 'Importing',
  release: 'Releasing',
  fetch: 'Fetching',
  build: 'Building',
  deliver: 'Delivering',
  start: 'Starting',
  probe: 'Probing',
  once: 'Running the release command of',
  switch: 'Switching',
  drain: 'Draining',
  stop: 'Stopping',
  prune: 'Pruning',
  tag: 'Tagging',
  restore: 'Restoring',
  withdraw: 'Withdrawing',
} as const satisfies Record<OperationStep['action'] | 'forget', string>

function view(row: Row): Operation {
  const { current, status } = row
  return {
    id: row.id,
    workspace: row.workspace,
    infrastructure: row.infrastructure,
    kind: row.kind,
    planHash: row.plan_hash,
    status: status === 'waiting' ? 'queued' : status,
    waitsFor: row.waits_for,
    cancelRequested: row.cancel_requested,
    totalSteps: row.total,
    completedSteps: row.completed,
    currentStep:
      current && status === 'running'
        ? `${doing[row.gone ? 'forget' : current.action]} ${current.type}: ${current.resource}`
        : null,
    createdResources: row.created,
    costChange: cents(row.cost),
    error: row.error,
    budgetOverride: row.budget_override,
    origin: originOf(row),
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

const unknownOperation = (workspace: string, id: string) =>
  new AtlasError('not_found', `There is no operation ${id} in ${workspace}.`, { hint: 'atlas operations list' })
