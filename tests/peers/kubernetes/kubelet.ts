import { type KubeConfig, KubernetesObjectApi, PatchStrategy, type V1Pod } from '@kubernetes/client-node'

type Status = NonNullable<V1Pod['status']>

/** What becomes of the pods of an image: the status that a kubelet would report. */
export type Fate = (pod: V1Pod) => Status | undefined

/**
 * A kubelet cannot run here, so its part is played: it reports, through the API, what tests say of an image. Everything
 * else is real: pods are made, counted and ended by the controllers, and rollouts follow from what is reported.
 */
export interface Kubelet {
  /** From now on; pods that are there already are told of anew. */
  becomes(image: string, fate: Fate): void
  /** What becomes of pods of images that nothing was said of, as soon as they are seen first. */
  otherwise(fate: Fate): void
  stop(): Promise<void>
}

export const ready: Fate = (pod) => ({
  phase: 'Running',
  podIP: '10.9.0.1',
  podIPs: [{ ip: '10.9.0.1' }],
  conditions: [
    { type: 'PodScheduled', status: 'True' },
    { type: 'Ready', status: 'True' },
    { type: 'ContainersReady', status: 'True' },
  ],
  containerStatuses: [containerOf(pod, { state: { running: { startedAt: new Date() } }, ready: true, started: true })],
})

/** Cannot start, with a reason of the kubelet's. */
export const waiting =
  (reason: string, message: string): Fate =>
  (pod) => ({
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    containerStatuses: [containerOf(pod, { state: { waiting: { reason, message } } })],
  })

/** Ends again and again. */
export const crashing =
  (ended: { exitCode: number; reason: string; message?: string }, restartCount = 3): Fate =>
  (pod) => ({
    phase: 'Running',
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'False' },
    ],
    containerStatuses: [
      containerOf(pod, {
        restartCount,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' } },
        lastState: { terminated: ended },
      }),
    ],
  })

type Container = NonNullable<Status['containerStatuses']>[number]

const containerOf = ({ spec }: V1Pod, more: Partial<Container>): Container => {
  const { name, image = '' } = spec!.containers[0]!
  return { name, image, imageID: `${image}@sha256:${'0'.repeat(64)}`, ready: false, restartCount: 0, ...more }
}

const pollMs = 100

export function startKubelet(config: KubeConfig): Kubelet {
  const api = KubernetesObjectApi.makeApiClient(config)
  const fates = new Map<string, Fate>()
  const told = new Map<string, Fate>()
  let rest: Fate | undefined
  const over = new AbortController()

  async function tell(pod: V1Pod): Promise<void> {
    const { uid = '', name = '', namespace = '', deletionTimestamp } = pod.metadata ?? {}
    const head = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } }
    // A pod that was told to end is gone once its kubelet says so.
    if (deletionTimestamp) return void (await api.delete(head, undefined, undefined, 0))
    const fate = fates.get(pod.spec!.containers[0]!.image ?? '') ?? told.get(uid) ?? rest
    const status = fate?.(pod)
    if (!fate || !status || told.get(uid) === fate) return
    await patchStatus({ ...head, status })
    told.set(uid, fate)
  }

  /** The client's generic half has no subresources. */
  async function patchStatus(pod: V1Pod): Promise<void> {
    const { name = '', namespace = '' } = pod.metadata ?? {}
    const { CoreV1Api, setHeaderOptions } = await import('@kubernetes/client-node')
    const body = { status: pod.status }
    await config
      .makeApiClient(CoreV1Api)
      .patchNamespacedPodStatus(
        { name, namespace, body },
        setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
      )
  }

  const work = (async () => {
    while (!over.signal.aborted) {
      const { items } = await api.list<V1Pod>('v1', 'Pod').catch(() => ({ items: [] }))
      // Others change pods too: what came to nothing is tried again at the next round.
      await Promise.allSettled(items.map(tell))
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  })()

  return {
    becomes: (image, fate) => void fates.set(image, fate),
    otherwise(fate) {
      rest = fate
    },
    async stop() {
      over.abort()
      await work
    },
  }
}
