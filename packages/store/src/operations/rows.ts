import { AtlasError, allSteps, type BudgetOverride, isWork, type Origin, ownerOf, type Plan } from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../schema.ts'

interface NewOperation {
  id: string
  infrastructureId: string
  /** Of a deploy. */
  environmentId?: string
  plan: Plan
  idempotencyKey: string | undefined
  origin: Origin | undefined
  override: BudgetOverride | undefined
  /** `succeeded`: there is nothing to be done. */
  status: 'waiting' | 'queued' | 'succeeded'
}

export async function insertOperation(
  tx: Transaction<Database>,
  { id, infrastructureId, environmentId, plan, idempotencyKey, origin, override, status }: NewOperation,
) {
  const { workspace, infrastructure, account, kind, undoes, hash } = plan
  await tx
    .insertInto('operation')
    .values({
      id,
      infrastructure_id: infrastructureId,
      environment_id: environmentId ?? null,
      workspace,
      infrastructure,
      owner: ownerOf(workspace, infrastructure),
      account,
      kind,
      undoes: undoes ?? null,
      plan_hash: hash,
      idempotency_key: idempotencyKey ?? null,
      request_id: origin?.requestId ?? null,
      traceparent: origin?.traceparent ?? null,
      budget_override: override ? JSON.stringify(override) : null,
      ...standing(status),
    })
    .execute()
}

/** One that waited for its turn has another plan now than when it was asked for. */
export async function replanOperation(
  tx: Transaction<Database>,
  { id, infrastructureId, environmentId, plan, override, status }: Omit<NewOperation, 'idempotencyKey' | 'origin'>,
): Promise<void> {
  await tx.deleteFrom('step').where('operation', '=', id).execute()
  await tx.deleteFrom('plan').where('operation', '=', id).execute()
  const { workspace, infrastructure, account, hash } = plan
  await tx
    .updateTable('operation')
    .set({
      infrastructure_id: infrastructureId,
      environment_id: environmentId ?? null,
      infrastructure,
      owner: ownerOf(workspace, infrastructure),
      account,
      plan_hash: hash,
      budget_override: override ? JSON.stringify(override) : null,
      ...standing(status),
    })
    .where('id', '=', id)
    .execute()
}

const standing = (status: NewOperation['status']) =>
  status === 'succeeded' ? { status, started_at: sql<Date>`now()`, finished_at: sql<Date>`now()` } : { status }

export async function insertPlan(tx: Transaction<Database>, id: string, plan: Plan, before: unknown): Promise<void> {
  await tx
    .insertInto('plan')
    .values({ operation: id, body: JSON.stringify(plan), description_before: before ? JSON.stringify(before) : null })
    .execute()
  const steps = allSteps(plan).map((step) => {
    const { n, action, resource, type } = step
    const own = isWork(step) ? { identity: '', monthly: 0 } : { identity: step.identity, monthly: step.monthly }
    return { n, action, resource, type, ...own }
  })
  await sql`
    insert into step (operation, n, action, resource, type, identity, monthly)
    select ${id}, x.* from jsonb_to_recordset(${JSON.stringify(steps)}::jsonb)
      as x (n int, action text, resource text, type text, identity text, monthly float8)`.execute(tx)
}

/** The operation that a key has made already. @throws AtlasError `usage` where it carries out another plan */
export async function byKey(
  db: Pick<Transaction<Database>, 'selectFrom'>,
  plan: Plan,
  key: string,
): Promise<string | undefined> {
  const found = await db
    .selectFrom('operation')
    .select(['id', 'plan_hash'])
    .where('workspace', '=', plan.workspace)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (found && found.plan_hash !== plan.hash) {
    throw new AtlasError(
      'usage',
      `The idempotency key ${key} belongs to operation ${found.id}, which is another plan.`,
      {
        hint: 'Use a new key for a new request.',
      },
    )
  }
  return found?.id
}
