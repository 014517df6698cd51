import type { InstanceSight } from '../../observe/sight.ts'
import type { DeploymentSpec } from '../../plan/input.ts'
import type { SecretPlace } from '../../secrets.ts'
import type { Client } from './client.ts'
import type { Clusters } from './clusters.ts'
import type { Kinds } from './kinds.ts'
import { ofLane, releaseAnnotation, serviceLabel, slotLabel } from './objects.ts'
import { isReady, unreadyReason } from './rollout.ts'

type Pod = Kinds['Pod']

/**
 * What really runs of a deployment in a cluster: a line for each pod of the slots that are on record, and for each that
 * should be there and is not. Nothing is changed. Where the cluster cannot be asked, every service is unknown.
 */
export async function observeCluster(
  clusters: Clusters,
  place: SecretPlace,
  lane: string,
  spec: DeploymentSpec & { cluster: NonNullable<DeploymentSpec['cluster']> },
  timeMs: number,
): Promise<InstanceSight[]> {
  try {
    const client = await clusters.open(place, spec.cluster, AbortSignal.timeout(timeMs))
    const pods = await living(client, lane)
    return spec.services.flatMap(({ name }) => sightsOf(spec, name, pods))
  } catch (error) {
    const reason =
      (error as Error).name === 'TimeoutError' ? 'the cluster did not answer in time' : (error as Error).message
    return spec.services.map(({ name }) => ({ ...nothing(spec, name), state: 'unknown', reason }))
  }
}

const living = async (client: Client, lane: string): Promise<Pod[]> =>
  (await client.list('Pod', { labels: ofLane(lane) })).filter(({ metadata }) => !metadata?.deletionTimestamp)

/** Pure: what pods say of one service. */
function sightsOf(spec: DeploymentSpec, service: string, pods: readonly Pod[]): InstanceSight[] {
  const slot = spec.running[service]?.slot
  const own = pods.filter(
    ({ metadata }) => metadata?.labels?.[serviceLabel] === service && metadata.labels[slotLabel] === slot,
  )
  const wanted = spec.services.find(({ name }) => name === service)?.kubernetes?.replicas ?? 1
  const missing = Array.from({ length: Math.max(0, wanted - own.length) }, () => nothing(spec, service))
  return [...own.map((pod) => sightOf(service, pod)), ...missing]
}

function sightOf(service: string, pod: Pod): InstanceSight {
  const { metadata, status } = pod
  const seen = {
    service,
    machine: metadata?.name ?? '',
    release: metadata?.annotations?.[releaseAnnotation] ?? null,
    since: status?.startTime ? new Date(status.startTime).toISOString() : null,
  }
  if (isReady(pod)) return { ...seen, state: 'healthy', reason: null }
  const runs = (status?.containerStatuses ?? []).some(({ state }) => state?.running)
  return { ...seen, state: runs ? 'unhealthy' : 'stopped', reason: unreadyReason(pod, []) }
}

const nothing = ({ cluster }: DeploymentSpec, service: string): InstanceSight => ({
  service,
  machine: cluster?.namespace ?? '',
  state: 'stopped',
  release: null,
  since: null,
  reason: 'there is no pod of it',
})
