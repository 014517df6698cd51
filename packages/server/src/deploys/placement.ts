import { placements } from '@atlas/blueprints'
import { AtlasError, type Plan } from '@atlas/core'
import { type Environment, planPlacement, type Tenant } from '@atlas/deploy'
import type { EnvironmentRecord } from '@atlas/store'
import { releaseOf } from './chosen/on-record.ts'
import { machinesIn } from './machines.ts'
import { type DeployParts, keptReleases, secretVersions } from './plan.ts'
import { specOf } from './spec.ts'

/** As many as a deploy keeps where nothing else is configured. */
const keepReleases = 5

/**
 * A plan that changes machines, with what has to be done for the environments that are served from them.
 * @throws AtlasError `deploy_impossible` where a secret that a service needs has no value any more
 */
export async function withPlacement(parts: Omit<DeployParts, 'sources'>, plan: Plan): Promise<Plan> {
  const { store, secrets } = parts
  const all = await store.deploys.environments(plan.workspace)
  const served = all.filter(({ infrastructure, serving }) => infrastructure === plan.infrastructure && serving)
  if (served.length === 0) return plan
  refuseWithout(plan, served)
  const machines = machinesIn(await store.infrastructure(plan.workspace, plan.infrastructure))
  const known = new Map(machines.map((machine) => [machine.name, machine]))
  const wanted = placements(plan.description)
  const tenants = served.filter(runsOnMachines).map((one) => tenantOf(one, wanted[one.project]))
  const placed = planPlacement(plan, tenants, known)
  const starting = (placed.work ?? []).filter(({ action }) => action === 'start')
  for (const { project, environment, spec } of tenants)
    if (starting.some(({ specifications: at }) => at.project === project && at.environment === environment))
      await secretVersions(secrets, { workspace: plan.workspace, project, environment }, spec)
  return placed
}

/** @throws AtlasError `deploy_impossible` where a load balancer of the cloud is to go that an environment stands behind */
function refuseWithout(plan: Plan, served: readonly EnvironmentRecord[]): void {
  for (const { project, environment, serving } of served) {
    const own = Object.values(specOf(serving!).balancers ?? {})
    const gone = plan.resources.find(({ resource, action }) => action === 'delete' && own.includes(resource))
    if (gone)
      throw new AtlasError('deploy_impossible', `${gone.resource} is the load balancer of ${project} ${environment}.`, {
        hint: `take "load_balancer" out of ${environment} in deployment_config.json and: atlas deploy ${environment} ${project}`,
      })
  }
}

const runsOnMachines = ({ serving }: EnvironmentRecord) => {
  const { machines, cluster } = specOf(serving!)
  return machines.length > 0 && !cluster
}

function tenantOf(record: EnvironmentRecord, placement: { master: string; webs: string[] } | undefined): Tenant {
  const { project, environment, revision, serving } = record
  const { release, environmentVersion } = serving!
  // A project of one server has its machine to itself: it is served from there.
  const webs = placement?.webs.length ? placement.webs : [placement?.master ?? '']
  return {
    project,
    environment: environment as Environment,
    revision,
    release: releaseOf(release),
    environmentVersion,
    spec: specOf(serving!),
    keep: keptReleases(record, keepReleases),
    wanted: placement && { master: placement.master || webs[0]!, webs },
  }
}
