import type { V1ContainerStatus } from '@kubernetes/client-node'
import type { Kinds } from './kinds.ts'

type Deployment = Kinds['Deployment']
type Pod = Kinds['Pod']
type Event = Kinds['Event']

export type Rollout =
  | { is: 'ready' }
  | { is: 'under way'; told: string }
  /** It will not become ready. `pod` is the one that tells most. */
  | { is: 'failed'; told: string; pod?: Pod }

/** What no waiting mends. */
const hopeless = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ImagePullBackOff',
  'InvalidImageName',
  'RunContainerError',
])

/** A service may wait for another by ending; not more often than that. */
const restarts = 3

/**
 * What a Deployment's status and its pods say. Pure.
 * @param events of the pods, to tell which probe fails and how
 */
export function judge(deployment: Deployment, pods: readonly Pod[], events: readonly Event[] = []): Rollout {
  const { spec = {} as NonNullable<Deployment['spec']>, status = {}, metadata = {} } = deployment
  const wanted = spec.replicas ?? 1
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0, conditions = [] } = status
  if (observedGeneration < (metadata.generation ?? 0))
    return { is: 'under way', told: 'no controller has seen the Deployment yet' }
  const living = pods.filter((pod) => !pod.metadata?.deletionTimestamp)
  const broken = living.find((pod) => lostReason(pod) !== undefined)
  if (broken) return { is: 'failed', told: lostReason(broken)!, pod: broken }
  const refused = conditions.find(({ type, status: so }) => type === 'ReplicaFailure' && so === 'True')
  if (refused) return { is: 'failed', told: `no pod can be made: ${refused.message ?? refused.reason}` }
  if (updatedReplicas >= wanted && availableReplicas >= wanted) return { is: 'ready' }
  const unready = living.find((pod) => !isReady(pod))
  const told = `${availableReplicas}/${wanted} ready${unready ? `; ${unreadyReason(unready, events)}` : ''}`
  const late = conditions.find(({ type }) => type === 'Progressing')?.reason === 'ProgressDeadlineExceeded'
  return late ? { is: 'failed', told, ...(unready && { pod: unready }) } : { is: 'under way', told }
}

const containersOf = ({ status }: Pod): V1ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
]

export const isReady = ({ status }: Pod) =>
  (status?.conditions ?? []).some(({ type, status: so }) => type === 'Ready' && so === 'True')

/** Why a pod will not become ready, whatever one waits. */
function lostReason(pod: Pod): string | undefined {
  if (pod.status?.phase === 'Failed')
    return `the pod failed: ${[pod.status.reason, pod.status.message].filter(Boolean).join(', ') || 'no reason given'}`
  for (const { state, lastState, restartCount } of containersOf(pod)) {
    const { reason, message } = state?.waiting ?? {}
    if (reason !== undefined && hopeless.has(reason)) return [reason, message].filter(Boolean).join(': ')
    const ended = state?.terminated ?? lastState?.terminated
    if (ended?.reason === 'OOMKilled') return `OOMKilled: it took more memory than resources.limits.memory`
    if (restartCount >= restarts && ended)
      return `${reason ?? 'it ends again and again'}: ended ${restartCount} times, last with ${endOf(ended)}`
  }
  return undefined
}

type Ended = NonNullable<NonNullable<V1ContainerStatus['state']>['terminated']>
const endOf = ({ exitCode, signal, reason }: Ended) =>
  `${signal ? `signal ${signal}` : `code ${exitCode}`}${reason && reason !== 'Error' ? ` (${reason})` : ''}`

/** Why a pod is not ready now. */
export function unreadyReason(pod: Pod, events: readonly Event[]): string {
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  if (unscheduled) return `${unscheduled.reason}: ${unscheduled.message}`
  for (const { state } of containersOf(pod)) {
    const { reason, message } = state?.waiting ?? {}
    if (reason !== undefined) return [reason, message].filter(Boolean).join(': ')
  }
  const failing = events
    .filter(({ reason, involvedObject }) => reason === 'Unhealthy' && involvedObject.name === pod.metadata?.name)
    .at(-1)
  if (failing?.message) return failing.message.trim()
  return pod.status?.phase === 'Running' ? 'its probe has not passed yet' : `the pod is ${pod.status?.phase ?? 'new'}`
}

/** What a container printed last, as far as its status has it. */
export const lastWords = (pod: Pod): string =>
  containersOf(pod)
    .map(({ state, lastState }) => state?.terminated?.message ?? lastState?.terminated?.message ?? '')
    .find((message) => message !== '') ?? ''
