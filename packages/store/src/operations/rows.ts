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
  atOnce: boolean
}

export async function insertOperation(
  tx: Transaction<Database>,
  { id, infrastructureId, environmentId, plan, idempotencyKey, origin, override, atOnce }: NewOperation,
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
      ...(atOnce && { status: 'succeeded', started_at: sql<Date>`now()`, finished_at: sql<Date>`now()` }),
    })
    .execute()
}

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
