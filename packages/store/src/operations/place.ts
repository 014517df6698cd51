import { AtlasError, type Deployment, ownerOf, type Plan } from '@atlas/core'
import type { Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** What an operation changes: an infrastructure or, of a deploy, one environment on it. Locked until the transaction ends. */
export interface Place {
  infrastructureId: string
  /** Of a deploy. */
  environmentId?: string
  revision: number
  /** What the infrastructure was before; a deploy does not change that. */
  description: unknown
  /** The infrastructure is new. */
  created: boolean
  /** Environments that the plan has more machines or fewer for, in its order. */
  tenants: { environmentId: string; revision: number }[]
}

/** The infrastructure first, as all who change something of one do. @throws AtlasError `not_found` */
export const lockPlace = (tx: Transaction<Database>, plan: Plan): Promise<Place> =>
  plan.deployment ? lockEnvironment(tx, plan, plan.deployment) : lockInfrastructure(tx, plan)

async function lockInfrastructure(tx: Transaction<Database>, plan: Plan): Promise<Place> {
  const { workspace, infrastructure: name, provider, account, region } = plan
  const owner = ownerOf(workspace, name)
  const made = await tx
    .insertInto('infrastructure')
    .values({ workspace, name, owner, provider, account, region })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  const { id, revision, description } = await held(tx, plan).executeTakeFirstOrThrow()
  const tenants = await lockTenants(tx, plan)
  return { infrastructureId: id, revision, description, created: made !== undefined, tenants }
}

async function lockEnvironment(
  tx: Transaction<Database>,
  plan: Plan,
  { project, environment: name }: Deployment,
): Promise<Place> {
  const { workspace } = plan
  const infrastructure = await held(tx, plan).executeTakeFirst()
  if (!infrastructure)
    throw new AtlasError('not_found', `There is no infrastructure ${plan.infrastructure} in ${workspace}.`)
  await tx
    .insertInto('environment')
    .values({ workspace, project, name, infrastructure_id: infrastructure.id })
    .onConflict((conflict) => conflict.columns(['workspace', 'project', 'name']).doNothing())
    .execute()
  const { id, revision } = await environment(tx, workspace, project, name)
  const own = { infrastructureId: infrastructure.id, environmentId: id, revision }
  return { ...own, description: null, created: false, tenants: [] }
}

const environment = (tx: Transaction<Database>, workspace: string, project: string, name: string) =>
  tx
    .selectFrom('environment')
    .select(['id', 'revision'])
    .where('workspace', '=', workspace)
    .where('project', '=', project)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow()

/** In the plan's order, which is the same for all: by project and name. */
async function lockTenants(tx: Transaction<Database>, { workspace, placed = [] }: Plan): Promise<Place['tenants']> {
  const tenants: Place['tenants'] = []
  for (const { project, environment: name } of placed) {
    const { id, revision } = await environment(tx, workspace, project, name)
    tenants.push({ environmentId: id, revision })
  }
  return tenants
}

const held = (tx: Transaction<Database>, { workspace, infrastructure }: Plan) =>
  tx
    .selectFrom('infrastructure')
    .select(['id', 'revision', 'description'])
    .where('workspace', '=', workspace)
    .where('name', '=', infrastructure)
    .forUpdate()

/**
 * What has to be over first. Deploys of several environments run side by side; one of the machines excludes all of them.
 * Deploys that wait go first too, or others would keep overtaking them.
 */
export async function inTheWay(
  tx: Transaction<Database>,
  { infrastructureId, environmentId }: Place,
  statuses: ('waiting' | 'queued' | 'running')[] = ['waiting', 'queued', 'running'],
) {
  let query = tx
    .selectFrom('operation')
    .leftJoin('environment', 'environment.id', 'operation.environment_id')
    .select(['operation.id', 'operation.status', 'operation.infrastructure', 'environment.project', 'environment.name'])
    .where('operation.status', 'in', statuses)
    .orderBy('operation.status')
  // An environment may be on its way from another infrastructure.
  query =
    environmentId === undefined
      ? query.where('operation.infrastructure_id', '=', infrastructureId)
      : query.where((eb) =>
          eb.or([
            eb.and([
              eb('operation.environment_id', 'is', null),
              eb('operation.infrastructure_id', '=', infrastructureId),
            ]),
            eb('operation.environment_id', '=', environmentId),
          ]),
        )
  return query.executeTakeFirst()
}

/** @param itsTurn no other that waits goes before it @throws AtlasError `operation_running` */
export async function refuseWhileRunning(tx: Transaction<Database>, place: Place, itsTurn: boolean): Promise<void> {
  const running = await inTheWay(tx, place, itsTurn ? ['queued', 'running'] : undefined)
  if (!running) return
  const { id, status, infrastructure, project, name } = running
  const what = project === null ? `changing ${infrastructure}` : `deploying ${project} to ${name}`
  const how = status === 'waiting' ? `waits for its turn, before this: ${what}` : `is ${what}`
  throw new AtlasError('operation_running', `Operation ${id} ${how}.`, {
    hint: `Watch it: atlas operations watch ${id}. Or end it: atlas operations cancel ${id}.`,
  })
}

/** @throws AtlasError `plan_stale` */
export function refuseStale(plan: Plan, { revision, tenants }: Place): void {
  const { infrastructure, deployment, placed = [] } = plan
  refuseOther(plan.revision, revision, deployment ? `${deployment.project} ${deployment.environment}` : infrastructure)
  for (const [n, one] of placed.entries())
    refuseOther(one.revision, tenants[n]!.revision, `${one.project} ${one.environment}`)
}

function refuseOther(planned: number, revision: number, what: string): void {
  if (planned === revision) return
  throw new AtlasError(
    'plan_stale',
    `The plan was made against revision ${planned} of ${what}, which is now at ${revision}.`,
    { hint: 'Plan again and look at what has changed.' },
  )
}
