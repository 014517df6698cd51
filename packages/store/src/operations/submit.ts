import { randomUUID } from 'node:crypto'
import {
  AtlasError,
  allSteps,
  type BudgetOverride,
  checkConsent,
  type Gate,
  isAtlasError,
  type JsonObject,
  type Origin,
  overrideOf,
  type Plan,
  refuseBlocked,
} from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import { holdWorkspace } from '../access/workspaces.ts'
import { appendAudit } from '../audit/append.ts'
import { operationEnded, overrode } from '../audit/operation.ts'
import type { Connection } from '../connection.ts'
import { holdBudgets } from '../costs/budgets.ts'
import { judgePlan, noteWarned, overridden, tellBlocked, warned } from '../costs/gate.ts'
import { deployBegun } from '../deploys/begun.ts'
import { isFirst, leave, storeWaiting } from '../deploys/waiting.ts'
import { type NewEvent, writeEvents } from '../events/events.ts'
import { agreedConsent } from '../plans/approvals.ts'
import type { Actor } from '../plans/stored.ts'
import type { Queue } from '../queue.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'
import { carriedOut, ending, toldOf } from './finish.ts'
import { inTheWay, lockPlace, type Place, refuseStale, refuseWhileRunning } from './place.ts'
import { byKey, insertOperation, insertPlan, replanOperation } from './rows.ts'

export interface SubmitOptions {
  /** Who asks; nobody where Atlas itself does. A plan that somebody else has to approve passes only once they have. */
  by?: Actor
  /** Names of resources whose data may be lost. Of a plan that has to be approved, who approved it has said that. */
  consent?: readonly string[]
  /** Why an admin has it carried out although a budget blocks it. Counts for this operation alone. */
  overrideBudget?: string
  /** The same key never makes two operations in a workspace: the first one is answered again. */
  idempotencyKey?: string
  /** The request that asks for it. */
  origin?: Origin
  /** Of a deploy: what to plan anew when its turn comes, where it has to wait. Without it, it is refused then. */
  wish?: JsonObject
}

/**
 * Stores plan, operation, steps, job and event in one transaction, of a deploy its release too, and returns the
 * operation's id. A plan without steps is carried out by that alone, so it is over at once.
 * @throws AtlasError `approval_required`, `consent_required`, `operation_running`, `plan_stale`, `account_mismatch`, `budget_exceeded`, `usage`
 */
export function submit(
  connection: Connection,
  queue: Pick<Queue, 'send'>,
  plan: Plan,
  options: SubmitOptions = {},
): Promise<string> {
  const { idempotencyKey } = options
  return explained(async () => {
    try {
      return await connection.db.transaction().execute((tx) => admit(tx, queue, plan, options))
    } catch (error) {
      // The same key for another infrastructure at the same moment: then it is another plan, which this says.
      const twin =
        idempotencyKey !== undefined && isKeyTaken(error) && (await byKey(connection.db, plan, idempotencyKey))
      if (twin) return twin
      if (isAtlasError(error, 'budget_exceeded')) await tellBlocked(connection, plan, error)
      throw error
    }
  })
}

/**
 * The same for a deploy whose turn has come, under the id that it has had since it was asked for.
 * @returns `false` where it is over by now, or something else has come before it
 */
export function beginTurn(
  connection: Connection,
  queue: Pick<Queue, 'send'>,
  { operation, by }: { operation: string; by: Actor | undefined },
  plan: Plan,
): Promise<boolean> {
  return explained(() =>
    connection.db.transaction().execute(async (tx) => {
      await holdWorkspace(tx, plan.workspace)
      const place = await lockPlace(tx, plan)
      if (!(await isFirst(tx, operation))) return false
      await leave(tx, operation)
      await store(tx, queue, plan, place, { ...(by && { by }), turn: operation })
      return true
    }),
  )
}

async function admit(
  tx: Transaction<Database>,
  queue: Pick<Queue, 'send'>,
  plan: Plan,
  options: SubmitOptions,
): Promise<string> {
  const { by, consent = [], idempotencyKey, origin, wish } = options
  await holdWorkspace(tx, plan.workspace)
  const place = await lockPlace(tx, plan)
  const earlier = idempotencyKey === undefined ? undefined : await byKey(tx, plan, idempotencyKey)
  if (earlier) return earlier
  const { environmentId } = place
  if (!wish || environmentId === undefined || !(await mustWait(tx, place, plan)))
    return store(tx, queue, plan, place, options)
  checkConsent(plan, by ? await agreedConsent(tx, plan, by, consent) : consent)
  const id = randomUUID()
  await storeWaiting(tx, { id, ...place, place: { ...place, environmentId }, plan, idempotencyKey, origin, wish, by })
  return id
}

const mustWait = async (tx: Transaction<Database>, place: Place, plan: Plan): Promise<boolean> =>
  plan.revision !== place.revision || (await inTheWay(tx, place)) !== undefined

async function store(
  tx: Transaction<Database>,
  queue: Pick<Queue, 'send'>,
  plan: Plan,
  place: Place,
  options: SubmitOptions & { turn?: string },
): Promise<string> {
  const { by, consent = [], idempotencyKey, origin, turn } = options
  checkConsent(plan, by ? await agreedConsent(tx, plan, by, consent) : consent)
  await refuseWhileRunning(tx, place, turn !== undefined)
  refuseStale(plan, place)
  await refuseOtherAccount(tx, place, plan)
  const gate = await judgePlan(tx, await holdBudgets(tx, plan.workspace), plan)
  const override = by && overrideOf(gate, by.name, options.overrideBudget)
  if (!override) refuseBlocked(gate)
  await noteWarned(tx, plan.workspace, gate)

  const id = turn ?? randomUUID()
  const atOnce = allSteps(plan).length === 0
  const status = atOnce ? 'succeeded' : 'queued'
  if (turn === undefined) await insertOperation(tx, { ...place, id, plan, idempotencyKey, origin, override, status })
  else await replanOperation(tx, { ...place, id, plan, override, status })
  await insertPlan(tx, id, plan, place.description)
  const change = await begun(tx, place, id, plan, atOnce)
  if (!atOnce) await queue.send(tx, id)
  await writeEvents(tx, plan, events(id, plan, { created: place.created, change, gate, override }))
  await appendAudit(tx, [
    ...(override && by ? [overrode(id, plan, by, override)] : []),
    ...(atOnce ? [operationEnded(id, plan, { status: 'succeeded' })] : []),
  ])
  return id
}

/** What the plan changes of its place by being stored. Returns the events of one that is carried out by that alone. */
async function begun(
  tx: Transaction<Database>,
  { infrastructureId, environmentId, tenants }: Place,
  operation: string,
  plan: Plan,
  atOnce: boolean,
): Promise<NewEvent[] | undefined> {
  const { deployment, workspace } = plan
  if (environmentId === undefined || !deployment) {
    await adoptPlan(tx, infrastructureId, plan)
    for (const [n, deployment] of (plan.placed ?? []).entries())
      await deployBegun(tx, { infrastructureId, ...tenants[n]! }, operation, { workspace, deployment })
    return atOnce ? carriedOut(tx, infrastructureId, operation, plan) : undefined
  }
  if (atOnce) return []
  await deployBegun(tx, { infrastructureId, environmentId }, operation, { workspace, deployment })
  return undefined
}

interface Outcome {
  created: boolean
  change: NewEvent[] | undefined
  gate: Gate
  override: BudgetOverride | undefined
}

function events(operation: string, plan: Plan, { created, change, gate, override }: Outcome): NewEvent[] {
  const data = { kind: plan.kind, ...toldOf(plan), steps: allSteps(plan).length, planHash: plan.hash }
  return [
    ...(created ? [{ type: 'infrastructure.created' as const, data: { provider: plan.provider } }] : []),
    { type: 'operation.queued', operation, data },
    ...warned(operation, gate),
    ...(override ? overridden(operation, gate, override) : []),
    ...(change ? [...change, ending(operation, plan, { status: 'succeeded' })] : []),
  ]
}

async function refuseOtherAccount(tx: Transaction<Database>, { infrastructureId }: Place, plan: Plan): Promise<void> {
  const elsewhere = await tx
    .selectFrom('resource')
    .select(['name', 'account'])
    .where('infrastructure_id', '=', infrastructureId)
    .where('account', '<>', plan.account)
    .executeTakeFirst()
  if (!elsewhere) return
  throw new AtlasError(
    'account_mismatch',
    `${elsewhere.name} of ${plan.infrastructure} lives in ${elsewhere.account}, the plan is for ${plan.account}.`,
    { hint: 'Use the credential of that account, or destroy the infrastructure there first.' },
  )
}

/** Plans made before this moment are stale from now on. */
async function adoptPlan(tx: Transaction<Database>, infrastructureId: string, plan: Plan): Promise<void> {
  const { provider, account, region } = plan
  await tx
    .updateTable('infrastructure')
    .set((eb) => ({ provider, account, region, revision: eb('revision', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', infrastructureId)
    .execute()
}

const isKeyTaken = (error: unknown): boolean => {
  const { code, constraint } = error as { code?: string; constraint?: string }
  return code === '23505' && constraint === 'operation_workspace_idempotency_key_key'
}
