import { randomUUID } from 'node:crypto'
import { AtlasError, type Deployment, type Plan } from '@atlas/core'
import { sql, type Transaction } from 'kysely'
import { holdWorkspace } from '../access/workspaces.ts'
import { appendAudit } from '../audit/append.ts'
import { operationEnded } from '../audit/operation.ts'
import { writeEvents } from '../events/events.ts'
import { ending, toldOf } from '../finish.ts'
import { byKey, insertOperation, insertPlan } from '../operation-rows.ts'
import { agreedConsent } from '../plans/approvals.ts'
import type { Queue } from '../queue.ts'
import type { Database } from '../schema.ts'
import type { SubmitOptions } from '../submit.ts'

/**
 * The same transaction for a deploy: release, deployment, ports, operation, steps, job and event. The place it changes
 * is an environment and not the infrastructure, so deploys of several run side by side.
 * @throws AtlasError `approval_required`, `not_found`, `operation_running`, `plan_stale`, `usage`
 */
export async function storeDeploy(
  tx: Transaction<Database>,
  queue: Pick<Queue, 'send'>,
  plan: Plan,
  { by, consent = [], idempotencyKey, origin }: SubmitOptions,
): Promise<string> {
  const deployment = plan.deployment!
  await holdWorkspace(tx, plan.workspace)
  const infrastructureId = await holdInfrastructure(tx, plan)
  const environment = await lockEnvironment(tx, plan, deployment, infrastructureId)
  const earlier = idempotencyKey === undefined ? undefined : await byKey(tx, plan, idempotencyKey)
  if (earlier) return earlier
  if (by) await agreedConsent(tx, plan, by, consent)
  await refuseWhileRunning(tx, infrastructureId, environment.id, deployment)
  refuseStale(plan, environment.revision, deployment)

  const id = randomUUID()
  const atOnce = plan.work?.length === 0
  await insertOperation(tx, {
    id,
    infrastructureId,
    environmentId: environment.id,
    plan,
    idempotencyKey,
    origin,
    override: undefined,
    atOnce,
  })
  await insertPlan(tx, id, plan, null)
  if (!atOnce) {
    await insertDeployment(tx, { id, environmentId: environment.id, infrastructureId, plan, deployment })
    await queue.send(tx, id)
  }
  const data = { kind: plan.kind, ...toldOf(plan), steps: plan.work?.length ?? 0, planHash: plan.hash }
  const over = atOnce ? [ending(id, plan, { status: 'succeeded' })] : []
  await writeEvents(tx, plan, [{ type: 'operation.queued', operation: id, data }, ...over])
  if (atOnce) await appendAudit(tx, [operationEnded(id, plan, { status: 'succeeded' })])
  return id
}

/** Before everything else, as all who change something of an infrastructure do. */
async function holdInfrastructure(tx: Transaction<Database>, plan: Plan): Promise<string> {
  const found = await tx
    .selectFrom('infrastructure')
    .select('id')
    .where('workspace', '=', plan.workspace)
    .where('name', '=', plan.infrastructure)
    .forUpdate()
    .executeTakeFirst()
  if (found) return found.id
  throw new AtlasError('not_found', `There is no infrastructure ${plan.infrastructure} in ${plan.workspace}.`)
}

async function lockEnvironment(
  tx: Transaction<Database>,
  { workspace }: Plan,
  { project, environment: name }: Deployment,
  infrastructureId: string,
) {
  await tx
    .insertInto('environment')
    .values({ workspace, project, name, infrastructure_id: infrastructureId })
    .onConflict((conflict) => conflict.columns(['workspace', 'project', 'name']).doNothing())
    .execute()
  return tx
    .selectFrom('environment')
    .select(['id', 'revision'])
    .where('workspace', '=', workspace)
    .where('project', '=', project)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

async function refuseWhileRunning(
  tx: Transaction<Database>,
  infrastructureId: string,
  environmentId: string,
  { project, environment }: Deployment,
): Promise<void> {
  const running = await tx
    .selectFrom('operation')
    .select(['id', 'environment_id', 'infrastructure'])
    .where('infrastructure_id', '=', infrastructureId)
    .where('status', 'in', ['queued', 'running'])
    .where((eb) => eb.or([eb('environment_id', 'is', null), eb('environment_id', '=', environmentId)]))
    .executeTakeFirst()
  if (!running) return
  const what = running.environment_id ? `deploying ${project} to ${environment}` : `changing ${running.infrastructure}`
  throw new AtlasError('operation_running', `Operation ${running.id} is ${what}.`, {
    hint: `Watch it: atlas operations watch ${running.id}. Or end it: atlas operations cancel ${running.id}.`,
  })
}

function refuseStale({ revision: planned }: Plan, revision: number, { project, environment }: Deployment): void {
  if (planned === revision) return
  throw new AtlasError(
    'plan_stale',
    `The plan was made against revision ${planned} of ${project} ${environment}, which is now at ${revision}.`,
    { hint: 'Plan again and look at what has changed.' },
  )
}

interface NewDeployment {
  id: string
  environmentId: string
  infrastructureId: string
  plan: Plan
  deployment: Deployment
}

async function insertDeployment(tx: Transaction<Database>, given: NewDeployment): Promise<void> {
  const { id, environmentId, infrastructureId, plan, deployment } = given
  const { kind, project, release, version, source, environmentVersion, spec } = deployment
  await tx
    .insertInto('release')
    .values({ workspace: plan.workspace, project, tag: release, version, ...source })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await tx
    .insertInto('deployment')
    .values({
      operation: id,
      environment_id: environmentId,
      kind,
      release,
      environment_version: environmentVersion,
      spec: JSON.stringify(spec),
    })
    .execute()
  await assignPorts(tx, infrastructureId, spec.ports as unknown as Assignment[])
  await tx
    .updateTable('environment')
    .set((eb) => ({ revision: eb('revision', '+', 1), infrastructure_id: infrastructureId }))
    .where('id', '=', environmentId)
    .execute()
}

interface Assignment {
  port: number
  derived: number
  project: string
  environment: string
  service: string
  slot: string
}

/** Somebody else's deploy may have taken one since the plan was made: then that says so. */
async function assignPorts(tx: Transaction<Database>, infrastructureId: string, ports: Assignment[]): Promise<void> {
  const rows = ports.map((assignment) => ({ infrastructure_id: infrastructureId, ...assignment }))
  await tx
    .insertInto('port_assignment')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { rows: lost } = await sql<{ port: number }>`
    select w.port from jsonb_to_recordset(${JSON.stringify(ports)}::jsonb)
      as w (port int, project text, environment text, service text, slot text)
    where not exists (select from port_assignment a where a.infrastructure_id = ${infrastructureId} and a.port = w.port
      and a.project = w.project and a.environment = w.environment and a.service = w.service and a.slot = w.slot)`.execute(
    tx,
  )
  if (lost.length === 0) return
  const told = lost.map(({ port }) => port).join(', ')
  throw new AtlasError('plan_stale', `Another deploy has taken port ${told} since the plan was made.`, {
    hint: 'Plan again.',
  })
}
