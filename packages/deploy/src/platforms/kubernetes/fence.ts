import { AtlasError } from '@atlas/core'
import type { Fence } from '../../machine/fenced.ts'
import type { Client } from './client.ts'
import { type Kinds, type Wanted, type Written, written } from './kinds.ts'
import { type Lane, labelsOf, laneLabel, ofLane, slotLabel } from './objects.ts'

/*
 * How a worker that has been replaced changes nothing more, without a lock that spans objects:
 *
 *   - The Lease `atlas` of a namespace says who is the latest: turn and epoch, changed by comparing its version.
 *   - Whoever becomes the latest then marks every object of the lane, which gives each of them another version.
 *   - What is created does nothing yet: no pods, no traffic. It is brought to life like everything else is changed:
 *     read → see that the Lease is still one's own → write against the version that was read.
 *
 * A write of somebody before finds another version and is refused, or it came before the mark, and is seen by who is next.
 */

const leaseName = 'atlas'
const turnNote = 'atlas/turn'
const markedNote = 'atlas/marked'

/** Tries of a write against objects that controllers change all the time. */
const tries = 50

export interface At {
  client: Client
  lane: Lane
  fence: Fence
}

const wordOf = ({ turn, epoch }: Fence) => `${turn}.${epoch}`
const isLater = (one: string, { turn, epoch }: Fence): boolean => {
  const [lastTurn = 0, lastEpoch = 0] = one.split('.').map(Number)
  return lastTurn > turn || (lastTurn === turn && lastEpoch > epoch)
}

/**
 * This worker is the latest of the lane.
 * @throws AtlasError `fenced`; `deploy_impossible` where the namespace is another lane's
 */
export async function claim({ client, lane, fence }: At): Promise<void> {
  for (let count = 0; count < tries; count++) {
    const lease = await client.read('Lease', leaseName)
    if (!lease) {
      await client.create(leaseOf(lane, fence))
      continue
    }
    const seen = checked(client, lease, lane, fence)
    if (seen.turn === wordOf(fence) && seen.marked === wordOf(fence)) return
    if (seen.turn !== wordOf(fence) && !(await client.apply(leaseOf(lane, fence, lease)))) continue
    await markAll(client, lane, fence)
    const mine = await client.read('Lease', leaseName)
    if (mine) checked(client, mine, lane, fence)
    if (mine && (await client.apply({ ...leaseOf(lane, fence, mine, wordOf(fence)) }))) return
  }
  throw busy(client, `Lease ${leaseName}`)
}

function leaseOf(lane: Lane, fence: Fence, found: Kinds['Lease'] = {}, marked = ''): Wanted<'Lease'> {
  const annotations = { [turnNote]: wordOf(fence), [markedNote]: marked }
  return {
    kind: 'Lease',
    metadata: { name: leaseName, labels: labelsOf(lane), annotations, ...exactly(found) },
    spec: { holderIdentity: lane.lane },
  }
}

/** @throws AtlasError `deploy_impossible` where the namespace is another lane's */
export async function refuseOtherLane(client: Client, lane: string): Promise<void> {
  const lease = await client.read('Lease', leaseName)
  if (lease) refuseHolder(client, lease, lane)
}

function refuseHolder(client: Client, { spec }: Kinds['Lease'], lane: string): void {
  const holder = spec?.holderIdentity
  if (holder !== lane)
    throw new AtlasError('deploy_impossible', `Namespace ${client.namespace} belongs to ${holder}, not to ${lane}.`, {
      hint: '"kubernetes": {"namespace": "{project}-{environment}"} in deployment_config.json',
    })
}

function checked(client: Client, lease: Kinds['Lease'], { lane }: Lane, fence: Fence) {
  refuseHolder(client, lease, lane)
  const { annotations = {} } = lease.metadata ?? {}
  const turn = annotations[turnNote] ?? ''
  if (isLater(turn, fence))
    throw new AtlasError('fenced', `Another worker has changed ${lane} in ${client.namespace} since.`)
  return { turn, marked: annotations[markedNote] }
}

async function markAll(client: Client, { lane }: Lane, fence: Fence): Promise<void> {
  for (const kind of written)
    for (const { metadata } of await client.list(kind, { labels: ofLane(lane) }))
      await client.mark(kind, metadata!.name!, { 'atlas/fence': wordOf(fence) })
}

/** The object is as wanted. @throws AtlasError `fenced`, `cluster_refused`, `cluster_unreachable` */
export async function write<K extends Written>(at: At, wanted: Wanted<K>): Promise<Kinds[K]> {
  const { client } = at
  const { kind } = wanted
  for (let count = 0; count < tries; count++) {
    const found = (await client.read(kind, wanted.metadata.name)) ?? (await created(at, wanted))
    if (!found) continue
    refuseOther(at, kind, found)
    await stillLatest(at)
    const applied = await client.apply({ ...wanted, metadata: { ...wanted.metadata, ...exactly(found) } } as Wanted<K>)
    if (applied) return applied
  }
  throw busy(client, `${kind} ${wanted.metadata.name}`)
}

/** The check is for tidiness alone: what arrives late after it does nothing. `false` where somebody else was quicker. */
async function created<K extends Written>(at: At, wanted: Wanted<K>): Promise<Kinds[K] | false> {
  await stillLatest(at)
  return at.client.create(inert(wanted))
}

/** That object in that state. Its uid is what keeps an apply from creating it anew where it has gone. */
const exactly = ({ metadata }: Pick<Kinds[Written], 'metadata'>) => ({
  ...(metadata?.uid !== undefined && { uid: metadata.uid }),
  ...(metadata?.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
})

/** The object is gone, or about to go. */
export async function remove<K extends Written>(at: At, kind: K, name: string): Promise<void> {
  for (let count = 0; count < tries; count++) {
    const found = await at.client.read(kind, name)
    if (!found || found.metadata?.deletionTimestamp) return
    refuseOther(at, kind, found)
    await stillLatest(at)
    if (await at.client.remove(kind, found)) return
  }
  throw busy(at.client, `${kind} ${name}`)
}

async function stillLatest({ client, lane, fence }: At): Promise<void> {
  const lease = await client.read('Lease', leaseName)
  if (lease && checked(client, lease, lane, fence).turn === wordOf(fence)) return
  throw new AtlasError('fenced', `Another worker has changed ${lane.lane} in ${client.namespace} since.`)
}

/** What somebody else made under the same name is not touched. */
function refuseOther({ client, lane }: At, kind: Written, { metadata }: Kinds[Written]): void {
  if (metadata?.labels?.[laneLabel] === lane.lane) return
  throw new AtlasError('not_ours', `${kind} ${metadata?.name} of ${client.namespace} was not made by Atlas.`, {
    hint: `kubectl -n ${client.namespace} delete ${kind.toLowerCase()} ${metadata?.name}, or name the service differently`,
  })
}

/** As it is created: with nothing that runs, and nothing that leads to what runs. */
function inert<K extends Written>(wanted: Wanted<K>): Wanted<K> {
  const one = wanted as Wanted<Written>
  if (one.kind === 'Deployment') return { ...one, spec: { ...one.spec!, replicas: 0 } } as Wanted<K>
  if (one.kind === 'Job') return { ...one, spec: { ...one.spec!, suspend: true } } as Wanted<K>
  if (one.kind === 'Service') {
    const { ports } = one.spec ?? {}
    const nowhere: Wanted<'Service'> = { ...one, spec: { ...(ports && { ports }), selector: { [slotLabel]: 'none' } } }
    return nowhere as Wanted<Written> as Wanted<K>
  }
  // A login of registries may not be without its key.
  if (one.kind === 'ConfigMap' || (one.kind === 'Secret' && one.type === 'Opaque')) {
    const { data: _, ...empty } = one
    return empty as Wanted<K>
  }
  return wanted
}

const busy = ({ namespace }: Client, what: string) =>
  new AtlasError('cluster_unreachable', `${what} of ${namespace} changes all the time; no write came between.`)
