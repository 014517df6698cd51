import { setTimeout as pause } from 'node:timers/promises'
import { AtlasError } from '@atlas/core'
import type { Service } from '../../plan/input.ts'
import type { Slot } from '../../ports.ts'
import type { Host } from '../../proxies/proxy.ts'
import { variableOf } from '../../secrets.ts'
import type { Login, Place } from '../platform.ts'
import { deploymentObject, type Slotted, startSeconds } from './deployment.ts'
import { type At, claim, remove, write } from './fence.ts'
import { type Written, written } from './kinds.ts'
import {
  claimObjects,
  ingressName,
  ingressObject,
  laneLabel,
  namespaceObject,
  ofLane,
  registriesName,
  registriesObject,
  secretsObject,
  serviceLabel,
  serviceObject,
  slotLabel,
  slotName,
  variablesObject,
} from './objects.ts'
import { judge, lastWords, type Rollout } from './rollout.ts'

const pollMs = 400

/** Beyond what the cluster itself gives a rollout; then it has no controllers that work. */
const graceMs = 60_000

/** Endpoints follow a selector within seconds, pods a Deployment. */
const settleMs = 60_000

/** Namespace, credentials of registries and volumes are there, and the namespace is this lane's. */
export async function prepare(at: At, services: readonly Service[], logins: readonly Login[]): Promise<void> {
  const { client, lane } = at
  if (!(await client.read('Namespace', client.namespace))) await client.create(namespaceObject(lane))
  await claim(at)
  if (logins.length > 0) await write(at, registriesObject(lane, logins))
  for (const service of services)
    for (const wanted of claimObjects(lane, service)) {
      // A claim cannot be changed but to grow: what is as wanted is left alone.
      await write(at, wanted)
    }
}

/** A login that is configured no longer is not left where others may read it. */
export async function pruneLogins(at: At): Promise<void> {
  if ((at.lane.cluster.image_pull_secrets ?? []).length > 0) return
  await claim(at)
  await removeOwn(at, 'Secret', registriesName)
}

/** Pods of the slot are wanted as given, beside whatever runs. Whether they become ready is `settled`'s. */
export async function start(
  at: At,
  slotted: Slotted,
  { variables, secrets }: Record<'variables' | 'secrets', Readonly<Record<string, string>>>,
): Promise<void> {
  const secret = Object.entries(secrets).map(([name, value]) => [variableOf(name), value])
  await claim(at)
  await write(at, variablesObject(at.lane, slotted, { ...variables, PORT: String(slotted.port) }))
  await write(at, secretsObject(at.lane, slotted, Object.fromEntries(secret)))
  await write(at, deploymentObject(at.lane, slotted))
}

/**
 * Resolves when every pod of the slot is ready.
 * @throws AtlasError `unhealthy` with the pod, why, and what it printed last
 */
export async function settled(at: At, service: Service, slot: Slot, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + (300 + startSeconds(service.health)) * 1000 + graceMs
  for (;;) {
    const found = await look(at, { service: service.name, slot })
    if (found.is === 'ready') return
    if (found.is === 'failed' || performance.now() > deadline) throw await unhealthy(at, service, found)
    await pause(pollMs, undefined, { signal })
  }
}

async function look({ client, lane }: At, { service, slot }: Place): Promise<Rollout> {
  const name = slotName(service, slot)
  const deployment = await client.read('Deployment', name)
  if (!deployment) return { is: 'failed', told: `Deployment ${name} was deleted by somebody else` }
  const labels = `${ofLane(lane.lane)},${serviceLabel}=${service},${slotLabel}=${slot}`
  const pods = await client.list('Pod', { labels })
  const found = judge(deployment, pods)
  if (found.is !== 'failed') return found
  const events = await client.list('Event', { fields: 'involvedObject.kind=Pod,reason=Unhealthy' }).catch(() => [])
  return judge(deployment, pods, events)
}

async function unhealthy({ client }: At, service: Service, found: Rollout): Promise<AtlasError> {
  const pod = found.is === 'failed' ? found.pod : undefined
  const name = pod?.metadata?.name
  const said = pod && (lastWords(pod) || (name && (await client.logs(name, false).catch(() => ''))) || '')
  const where = name === undefined ? `in ${client.namespace}` : `in pod ${name} of ${client.namespace}`
  const why = found.is === 'ready' ? 'ready' : found.told
  const printed =
    said === undefined ? '' : ` It printed last:\n${said.trim().split('\n').slice(-20).join('\n') || 'nothing'}`
  return new AtlasError('unhealthy', `${service.name} did not become healthy ${where}: ${why}.${printed}`, {
    hint: 'Traffic stays where it was. Mend the service and deploy again.',
  })
}

/** Traffic of each service goes to its slot: one change of each Service. What is not named has no route any more. */
export async function route(at: At, traffic: readonly Place[], hosts: readonly Host[]): Promise<void> {
  await claim(at)
  for (const { service, slot } of traffic) await write(at, serviceObject(at.lane, service, slot))
  if (hosts.length > 0) await write(at, ingressObject(at.lane, hosts))
  else await removeOwn(at, 'Ingress', ingressName)
  for (const { metadata } of await at.client.list('Service', { labels: ofLane(at.lane.lane) }))
    if (!traffic.some(({ service }) => service === metadata?.name)) await remove(at, 'Service', metadata!.name!)
}

/**
 * No Service leads to what is being withdrawn: those that do go back, or go. What somebody else made of one in between is
 * left, as it leads elsewhere.
 * @param begun what traffic was to move to
 */
export async function routeBack(
  at: At,
  traffic: readonly Place[],
  begun: readonly Place[],
  hosts: readonly Host[],
): Promise<void> {
  await claim(at)
  for (const { metadata, spec } of await at.client.list('Service', { labels: ofLane(at.lane.lane) })) {
    const name = metadata!.name!
    const before = traffic.find(({ service }) => service === name)
    const led = begun.find(({ service }) => service === name)
    if (!before) await remove(at, 'Service', name)
    else if (led && spec?.selector?.[slotLabel] === led.slot && led.slot !== before.slot)
      await write(at, serviceObject(at.lane, name, before.slot))
  }
  if (hosts.length > 0) await write(at, ingressObject(at.lane, hosts))
  else await removeOwn(at, 'Ingress', ingressName)
}

const removeOwn = async (at: At, kind: Written, name: string): Promise<void> => {
  const found = await at.client.read(kind, name)
  if (found?.metadata?.labels?.[laneLabel] === at.lane.lane) await remove(at, kind, name)
}

/** Resolves when no endpoint of the services is a pod of another slot. Pods that are told to end wait for their requests. */
export async function drained(at: At, traffic: readonly Place[], signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + settleMs
  for (;;) {
    const still = await strays(at, traffic)
    if (still.length === 0) return
    if (performance.now() > deadline)
      throw new AtlasError('cluster_refused', `Endpoints of ${at.client.namespace} still are ${still.join(', ')}.`, {
        hint: `kubectl -n ${at.client.namespace} get endpointslices -o wide`,
      })
    await pause(pollMs, undefined, { signal })
  }
}

async function strays({ client, lane }: At, traffic: readonly Place[]): Promise<string[]> {
  const [slices, pods] = await Promise.all([
    client.list('EndpointSlice', { labels: ofLane(lane.lane) }),
    client.list('Pod', { labels: ofLane(lane.lane) }),
  ])
  const placeOf = new Map(pods.map(({ metadata }) => [metadata?.name, metadata?.labels ?? {}]))
  return slices.flatMap(({ endpoints }) =>
    (endpoints ?? []).flatMap(({ targetRef }) => {
      const labels = placeOf.get(targetRef?.name)
      const stays = traffic.some(
        ({ service, slot }) => labels?.[serviceLabel] === service && labels[slotLabel] === slot,
      )
      return !labels || stays ? [] : [targetRef!.name!]
    }),
  )
}

/** Nothing of the lane runs, or is to run, but these. */
export async function stop(at: At, stays: readonly Place[], signal: AbortSignal): Promise<void> {
  const { client, lane } = at
  await claim(at)
  const isOver = (labels: Record<string, string> = {}): boolean =>
    labels[slotLabel] !== undefined &&
    !stays.some(({ service, slot }) => labels[serviceLabel] === service && labels[slotLabel] === slot)
  for (const kind of written.toReversed())
    for (const { metadata } of await client.list(kind, { labels: ofLane(lane.lane) }))
      if (isOver(metadata?.labels)) await remove(at, kind, metadata!.name!)
  const deadline = performance.now() + settleMs
  for (;;) {
    const pods = await client.list('Pod', { labels: ofLane(lane.lane) })
    const left = pods.filter(({ metadata }) => isOver(metadata?.labels) && !metadata?.deletionTimestamp)
    if (left.length === 0) return
    if (performance.now() > deadline)
      throw new AtlasError(
        'cluster_refused',
        `${left.map(({ metadata }) => metadata?.name).join(', ')} were not ended.`,
      )
    await pause(pollMs, undefined, { signal })
  }
}
