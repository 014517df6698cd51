import { randomUUID } from 'node:crypto'
import {
  AtlasError,
  type BudgetOverride,
  checkConsent,
  type Gate,
  isAtlasError,
  type Origin,
  overrideOf,
  ownerOf,
  type Plan,
  refuseBlocked,
} from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import { holdWorkspace } from './access/workspaces.ts'
import { appendAudit } from './audit/append.ts'
import { operationEnded, overrode } from './audit/operation.ts'
import type { Connection } from './connection.ts'
import { holdBudgets } from './costs/budgets.ts'
import { judgePlan, noteWarned, overridden, tellBlocked, warned } from './costs/gate.ts'
import { storeDeploy } from './deploys/submit.ts'
import { type NewEvent, writeEvents } from './events/events.ts'
import { carriedOut, ending } from './finish.ts'
import { byKey, insertOperation, insertPlan } from './operation-rows.ts'
import { agreedConsent } from './plans/approvals.ts'
import type { Actor } from './plans/stored.ts'
import type { Queue } from './queue.ts'
import type { Database } from './schema.ts'
import { explained } from './trouble.ts'

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
}

/**
 * Stores plan, operation, steps, job and event in one transaction, and returns the operation's id. A plan without steps
 * is carried out by that alone, so it is over at once.
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
      return await connection.db
        .transaction()
        .execute((tx) => (plan.deployment ? storeDeploy : store)(tx, queue, plan, options))
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

async function store(
  tx: Transaction<Database>,
  queue: Pick<Queue, 'send'>,
  plan: Plan,
  options: SubmitOptions,
): Promise<string> {
  const { by, consent = [], idempotencyKey, origin } = options
  await holdWorkspace(tx, plan.workspace)
  const { infrastructure, created } = await lockInfrastructure(tx, plan)
  const earlier = idempotencyKey === undefined ? undefined : await byKey(tx, plan, idempotencyKey)
  if (earlier) return earlier
  checkConsent(plan, by ? await agreedConsent(tx, plan, by, consent) : consent)
  await refuseWhileRunning(tx, infrastructure.id, plan)
  refuseStale(plan, infrastructure.revision)
  await refuseOtherAccount(tx, infrastructure.id, plan)
  const gate = await judgePlan(tx, await holdBudgets(tx, plan.workspace), plan)
  const override = by && overrideOf(gate, by.name, options.overrideBudget)
  if (!override) refuseBlocked(gate)
  await noteWarned(tx, plan.workspace, gate)

  const id = randomUUID()
  const atOnce = plan.steps.length === 0
  await insertOperation(tx, { id, infrastructureId: infrastructure.id, plan, idempotencyKey, origin, override, atOnce })
  await insertPlan(tx, id, plan, infrastructure.description)
  await adoptPlan(tx, infrastructure.id, plan)
  const change = atOnce ? await carriedOut(tx, infrastructure.id, id, plan) : undefined
  if (!atOnce) await queue.send(tx, id)
  await writeEvents(tx, plan, events(id, plan, { created, change, gate, override }))
  await appendAudit(tx, [
    ...(override && by ? [overrode(id, plan, by, override)] : []),
    ...(atOnce ? [operationEnded(id, plan, { status: 'succeeded' })] : []),
  ])
  return id
}

interface Outcome {
  created: boolean
  change: NewEvent[] | undefined
  gate: Gate
  override: BudgetOverride | undefined
}

function events(operation: string, plan: Plan, { created, change, gate, override }: Outcome): NewEvent[] {
  const data = { kind: plan.kind, steps: plan.steps.length, planHash: plan.hash }
  return [
    ...(created ? [{ type: 'infrastructure.created' as const, data: { provider: plan.provider } }] : []),
    { type: 'operation.queued', operation, data },
    ...warned(operation, gate),
    ...(override ? overridden(operation, gate, override) : []),
    ...(change ? [...change, ending(operation, plan, { status: 'succeeded' })] : []),
  ]
}

async function lockInfrastructure(tx: Transaction<Database>, plan: Plan) {
  const { workspace, infrastructure: name, provider, account, region } = plan
  const owner = ownerOf(workspace, name)
  const made = await tx
    .insertInto('infrastructure')
    .values({ workspace, name, owner, provider, account, region })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  const infrastructure = await tx
    .selectFrom('infrastructure')
    .select(['id', 'revision', 'description'])
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return { infrastructure, created: made !== undefined }
}

async function refuseWhileRunning(tx: Transaction<Database>, infrastructureId: string, plan: Plan): Promise<void> {
  const running = await tx
    .selectFrom('operation')
    .select('id')
    .where('infrastructure_id', '=', infrastructureId)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst()
  if (!running) return
  throw new AtlasError('operation_running', `Operation ${running.id} is changing ${plan.infrastructure}.`, {
    hint: `Watch it: atlas operations watch ${running.id}. Or end it: atlas operations cancel ${running.id}.`,
  })
}

function refuseStale(plan: Plan, revision: number): void {
  if (plan.revision === revision) return
  throw new AtlasError(
    'plan_stale',
    `The plan was made against revision ${plan.revision} of ${plan.infrastructure}, which is now at ${revision}.`,
    { hint: 'Plan again and look at what has changed.' },
  )
}

async function refuseOtherAccount(tx: Transaction<Database>, infrastructureId: string, plan: Plan): Promise<void> {
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
