import { cents, type Operation, type OperationPlace, type OperationStep, type Plan } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { type Asked, originOf } from '../origin.ts'
import { explained } from '../trouble.ts'

export interface OperationFilter {
  /** Its name. */
  infrastructure?: string
  status?: Operation['status']
  kind?: Operation['kind']
  limit?: number
  /** Goes on behind this one. */
  after?: OperationPlace
}

/** An operation with what its steps come to. */
interface OperationRow extends Asked {
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

/** The latest first. */
export async function selectOperations(
  { db }: Connection,
  workspace: string,
  { id, infrastructure, status, kind, after, limit }: OperationFilter & { id?: string; limit: number },
): Promise<OperationRow[]> {
  const [at, behind] = after ?? []
  const { rows } = await explained(() =>
    sql<OperationRow>`
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

export function operationOf(row: OperationRow): Operation {
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
