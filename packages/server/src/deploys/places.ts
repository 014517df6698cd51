import { placements } from '@atlas/blueprints'
import { AtlasError, type JsonObject, nearest } from '@atlas/core'
import {
  type Cluster,
  type Clusters,
  type DeployInput,
  type DeploymentSpec,
  examine,
  laneOf,
  local,
  type Machine,
  proxyNamed,
  type Serving,
} from '@atlas/deploy'
import type { InfrastructureRecord } from '@atlas/store'
import { machineIn } from './machines.ts'

/** Where a plan's steps are: machines of an infrastructure, or a namespace of a cluster. */
export interface Places extends Pick<DeployInput, 'master' | 'webs' | 'cluster'> {
  /** Whether what is on record as serving is still there. */
  serves(serving: Serving): boolean
}

interface Here {
  record: InfrastructureRecord
  description: JsonObject
}

/** @throws AtlasError `deploy_impossible` naming what is missing */
export function machinePlaces({ record, description }: Here, project: string): Places {
  const placement = placements(description)[project]
  const projects = Object.keys(placements(description))
  if (!placement)
    throw new AtlasError('deploy_impossible', `${record.name} has no machines for ${project}.`, {
      hint: `add ${project} to projects.csv and: atlas up  (it has machines for ${projects.join(', ') || 'no project'})`,
    })
  const { master, webs } = placement
  // A project of one server has its machine to itself: it is served from there.
  const names = webs.length > 0 ? webs : [master]
  const all = [...new Set([master || names[0]!, ...names])].map((name) => [name, machineIn(record, name)] as const)
  const missing = all.filter(([, machine]) => machine === undefined).map(([name]) => name)
  if (missing.length > 0)
    throw new AtlasError(
      'deploy_impossible',
      `${missing.join(', ')} of ${record.name} cannot be deployed to: no address.`,
      {
        problems: missing.map((name) => ({
          where: name,
          message: 'the machine is not there, or has no private address',
        })),
        hint: `atlas repair ${record.name}`,
      },
    )
  const found = new Map(all)
  const machine = (name: string): Machine => found.get(name)!
  return placed({ master: machine(all[0]![0]), webs: names.map(machine) })
}

/** Where not one machine is the same, nothing serves any more, whatever is on record. */
const placed = (places: Pick<Places, 'master' | 'webs' | 'cluster'>, there = true): Places => ({
  ...places,
  serves: ({ spec }) => there && places.webs.some(({ name, id }) => spec.ids[name] === id),
})

interface Served {
  project: string
  environment: string
  spec: DeploymentSpec
}

/** A machine has one load balancer, for all that it serves. @throws AtlasError `deploy_impossible` */
export function checkProxy(
  { proxy }: Pick<DeployInput, 'proxy'>,
  { master }: Pick<Places, 'master'>,
  served: readonly Served[],
): void {
  const wanted = proxyNamed(proxy)
  const other = served.find(
    ({ spec }) =>
      spec.ids[spec.master] === master.id && !spec.cluster && !spec.balancers && proxyNamed(spec.proxy) !== wanted,
  )
  if (!other) return
  const there = proxyNamed(other.spec.proxy).name
  throw new AtlasError(
    'deploy_impossible',
    `${other.project} ${other.environment} is balanced by ${there} on ${master.name}, and a machine has one load balancer.`,
    { hint: `"proxy": "${there}" in deployment_config.json` },
  )
}

/** Who is to build has to be there. @throws AtlasError `deploy_impossible` */
export function checkBuilder(
  { builder }: Pick<DeployInput, 'builder'>,
  { name, resources }: InfrastructureRecord,
): void {
  const machines = resources.filter(({ type }) => type === 'machine').map(({ resource }) => resource)
  if (builder === undefined || builder === local || machines.includes(builder)) return
  const meant = nearest(builder, machines) ?? machines[0]
  throw new AtlasError('deploy_impossible', `"builder" is ${builder}, and ${name} has no machine of that name.`, {
    hint: `"builder": "${meant ?? local}" in deployment_config.json  (there are: ${[...machines, local].join(', ')})`,
  })
}

type Lane = { workspace: string } & Pick<DeployInput, 'project' | 'environment'>

/** How long a cluster may take to say what is in it. */
const examineMs = 20_000

/**
 * The namespace, looked at: what serves is what its Services say, and what may not be done is said now.
 * @throws AtlasError `cluster_refused`, `cluster_unreachable`, `config_invalid`, `deploy_impossible`
 */
export async function clusterPlaces(clusters: Clusters, cluster: Cluster, lane: Lane): Promise<Places> {
  const client = await clusters.open(lane, cluster, AbortSignal.timeout(examineMs))
  const traffic = await examine(client, laneOf(lane.project, lane.environment))
  const { kubeconfig, context, namespace } = cluster
  const id = [kubeconfig ?? '', context ?? '', namespace].join('/')
  const place: Machine = { name: namespace, id, address: '' }
  const places = placed({ master: place, webs: [place], cluster }, traffic.length > 0)
  return {
    ...places,
    serves: (serving) =>
      places.serves(serving) && traffic.some(({ service, slot }) => serving.spec.running[service]?.slot === slot),
  }
}

/** A deploy to a cluster empties no machine, and one to machines no cluster; nor does one that goes to another cluster. */
export function leftBehind(
  { release, spec }: Serving,
  { master, cluster }: Pick<Places, 'master' | 'cluster'>,
): string[] {
  const [from, to] = [spec.cluster, cluster]
  if ((!from && !to) || spec.ids[master.name] === master.id) return []
  const where = from ? `namespace ${from.namespace}` : spec.machines.join(', ')
  return [
    `${release} stays where it runs, in ${where}: what is there is yours to take away once traffic goes elsewhere`,
  ]
}

/** What is configured for the load balancer of machines, and has no counterpart that all controllers of Ingresses know. */
export const notInCluster = ({ front }: Pick<DeployInput, 'front'>): string[] =>
  [front?.limits && 'limits', front?.tls && 'tls']
    .filter((one) => one !== undefined)
    .map(
      (one) => `${one} of requests is for nginx on machines; for a cluster use "ingress_annotations" or "tls_secret"`,
    )
