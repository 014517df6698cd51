import type { V1Container, V1PodSpec, V1Probe } from '@kubernetes/client-node'
import type { HealthCheck } from '../../config/schema.ts'
import type { Service } from '../../plan/input.ts'
import type { Slot } from '../../ports.ts'
import type { Wanted } from './kinds.ts'
import { claimName, type Lane, labelsOf, registriesName, releaseAnnotation, slotName } from './objects.ts'

export interface Slotted {
  service: Service
  release: string
  slot: Slot
  port: number
  /** Differs where variables or secrets do, and says nothing of them: pods are started anew then. */
  environment: string
}

/** Seconds that images may take to come, and pods to find a node. */
const placingSeconds = 300

/** After that the pods of a release that do not become ready are given up. */
export const startSeconds = ({ retries, interval_s, timeout_s }: HealthCheck): number =>
  Math.ceil((retries + 1) * Math.max(1, interval_s) + timeout_s)

/** The pods of a service in a slot. */
export function deploymentObject(lane: Lane, slotted: Slotted): Wanted<'Deployment'> {
  const { service, slot, release, environment } = slotted
  const labels = labelsOf(lane, service.name, slot)
  return {
    kind: 'Deployment',
    metadata: { name: slotName(service.name, slot), labels, annotations: { [releaseAnnotation]: release } },
    spec: {
      replicas: service.kubernetes?.replicas ?? 1,
      progressDeadlineSeconds: placingSeconds + startSeconds(service.health),
      revisionHistoryLimit: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { [releaseAnnotation]: release, 'atlas/environment': environment } },
        spec: podSpec(lane, slotted),
      },
    },
  }
}

/** As the pod security standard `restricted` wants it, but where the service is to run as root. */
export function podSpec({ cluster }: Lane, slotted: Slotted): V1PodSpec {
  const { service } = slotted
  const { user, volumes = [] } = service.kubernetes ?? {}
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: Math.ceil(service.drain_s) + 10,
    ...(cluster.image_pull_secrets && { imagePullSecrets: [{ name: registriesName }] }),
    securityContext: {
      runAsNonRoot: user !== 0,
      ...(user !== undefined && { runAsUser: user, fsGroup: user }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(slotted)],
    ...some({ volumes: [...volumes.map((one) => claimed(service, one)), ...(service.read_only ? [scratch] : [])] }),
  }
}

/** What a service that writes nothing else may write to. */
const scratch = { name: 'tmp', emptyDir: {} }

const claimed = ({ name: service }: Service, { name }: { name: string }) => ({
  name: `data-${name}`,
  persistentVolumeClaim: { claimName: claimName(service, name) },
})

/** Nothing where the list is empty: what is sent is what Atlas has. */
const some = <T extends Record<string, unknown[]>>(lists: T): Partial<T> =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)) as Partial<T>

function container({ service, slot, port }: Slotted): V1Container {
  const { volumes = [] } = service.kubernetes ?? {}
  const mounts = volumes.map(({ name, path }) => ({ name: `data-${name}`, mountPath: path }))
  const reference = { name: slotName(service.name, slot) }
  const seconds = Math.ceil(service.drain_s)
  return {
    name: service.name,
    image: service.image!,
    ...(service.command !== '' && { command: ['sh', '-c', service.command] }),
    ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
    envFrom: [{ configMapRef: reference }, { secretRef: reference }],
    ...probes(service.health),
    // Requests that were under way end before the container is told to: the API server has moved the endpoints by then.
    ...(seconds > 0 && { lifecycle: { preStop: { sleep: { seconds } } } }),
    ...resourcesOf(service),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      ...(service.read_only && { readOnlyRootFilesystem: true }),
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...some({ volumeMounts: [...mounts, ...(service.read_only ? [{ name: scratch.name, mountPath: '/tmp' }] : [])] }),
  }
}

/** Ready as soon as it answers; killed only where it does not answer for long, or never did. */
function probes({ path, interval_s, timeout_s, retries }: HealthCheck) {
  const periodSeconds = Math.max(1, Math.round(interval_s))
  const asked: V1Probe = { httpGet: { path, port: 'http' }, timeoutSeconds: Math.max(1, Math.ceil(timeout_s)) }
  return {
    startupProbe: { ...asked, periodSeconds, failureThreshold: retries + 1 },
    readinessProbe: { ...asked, periodSeconds: Math.max(periodSeconds, 2), failureThreshold: 2 },
    livenessProbe: { ...asked, periodSeconds: Math.max(periodSeconds, 10), failureThreshold: 6 },
  }
}

/** Limits as for every container, where `kubernetes` does not say it in its own words. */
function resourcesOf({ limits, kubernetes }: Service): Pick<V1Container, 'resources'> {
  const { requests, limits: own } = kubernetes?.resources ?? {}
  const common = {
    cpu: limits?.cpus === undefined ? undefined : String(limits.cpus),
    memory: limits?.memory_mb === undefined ? undefined : `${limits.memory_mb}Mi`,
  }
  const all = { requests: known({ ...requests }), limits: known({ ...common, ...own }) }
  const said = Object.fromEntries(Object.entries(all).filter(([, amounts]) => Object.keys(amounts).length > 0))
  return Object.keys(said).length > 0 ? { resources: said } : {}
}

const known = (amounts: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
