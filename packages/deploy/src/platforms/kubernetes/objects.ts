import type { Service } from '../../plan/input.ts'
import type { Slot } from '../../ports.ts'
import type { Host } from '../../proxies/proxy.ts'
import { authFile } from '../containers/auth-file.ts'
import type { Login } from '../platform.ts'
import type { Wanted } from './kinds.ts'
import type { Cluster } from './settings.ts'

/** Everything of one environment of a project: it has a namespace to itself. */
export interface Lane {
  project: string
  lane: string
  cluster: Cluster
}

export const laneLabel = 'atlas/lane'
export const slotLabel = 'atlas/slot'
export const serviceLabel = 'app.kubernetes.io/name'
export const releaseAnnotation = 'atlas/release'

/** Stands for the slot of what is run once: with the next `stop` it goes. */
export const onceSlot = 'once'

export const ofLane = (lane: string): string => `${laneLabel}=${lane}`
export const slotName = (service: string, slot: Slot): string => `${service}-${slot}`
export const ingressName = 'atlas'
export const registriesName = 'atlas-registries'

export const labelsOf = (
  { project, lane }: Lane,
  service?: string,
  slot?: Slot | typeof onceSlot,
): Record<string, string> => ({
  'app.kubernetes.io/managed-by': 'atlas',
  'app.kubernetes.io/part-of': project,
  [laneLabel]: lane,
  ...(service !== undefined && { [serviceLabel]: service }),
  ...(slot !== undefined && { [slotLabel]: slot }),
})

export const namespaceObject = (lane: Lane): Wanted<'Namespace'> => ({
  kind: 'Namespace',
  metadata: { name: lane.cluster.namespace, labels: labelsOf(lane) },
})

/** What every pod of a service finds in its environment, but for secrets. */
export const variablesObject = (
  lane: Lane,
  { service, slot }: { service: Service; slot: Slot },
  variables: Readonly<Record<string, string>>,
): Wanted<'ConfigMap'> => ({
  kind: 'ConfigMap',
  metadata: { name: slotName(service.name, slot), labels: labelsOf(lane, service.name, slot) },
  data: { ...variables },
})

export const secretsObject = (
  lane: Lane,
  { service, slot }: { service: Service; slot: Slot },
  secrets: Readonly<Record<string, string>>,
): Wanted<'Secret'> => ({
  kind: 'Secret',
  type: 'Opaque',
  metadata: { name: slotName(service.name, slot), labels: labelsOf(lane, service.name, slot) },
  data: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, base64(value)])),
})

/** What kubelets log in to registries with. */
export const registriesObject = (lane: Lane, logins: readonly Login[]): Wanted<'Secret'> => ({
  kind: 'Secret',
  type: 'kubernetes.io/dockerconfigjson',
  metadata: { name: registriesName, labels: labelsOf(lane) },
  data: {
    '.dockerconfigjson': base64(authFile(logins)),
  },
})

const base64 = (text: string) => Buffer.from(text).toString('base64')

export const claimName = (service: string, volume: string): string => `${service}-${volume}`

/** Volumes belong to the service and not to a release: both slots have the same, and no step deletes one. */
export const claimObjects = (lane: Lane, { name, kubernetes }: Service): Wanted<'PersistentVolumeClaim'>[] =>
  (kubernetes?.volumes ?? []).map((volume) => ({
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName(name, volume.name), labels: labelsOf(lane, name) },
    spec: {
      accessModes: [volume.access],
      ...(volume.storage_class !== undefined && { storageClassName: volume.storage_class }),
      resources: { requests: { storage: `${volume.size_gb}Gi` } },
    },
  }))

/** Its selector is what moves traffic: one slot or the other. */
export const serviceObject = (lane: Lane, service: string, slot: Slot): Wanted<'Service'> => ({
  kind: 'Service',
  metadata: { name: service, labels: labelsOf(lane, service) },
  spec: {
    selector: { [serviceLabel]: service, [slotLabel]: slot },
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
  },
})

/** Requests for a host go to one of the services. */
export const ingressObject = (lane: Lane, hosts: readonly Host[]): Wanted<'Ingress'> => ({
  kind: 'Ingress',
  metadata: {
    name: ingressName,
    labels: labelsOf(lane),
    ...(lane.cluster.ingress_annotations && { annotations: { ...lane.cluster.ingress_annotations } }),
  },
  spec: {
    ...(lane.cluster.ingress_class !== undefined && { ingressClassName: lane.cluster.ingress_class }),
    ...(lane.cluster.tls_secret !== undefined && {
      tls: [{ hosts: hosts.map(({ host }) => host), secretName: lane.cluster.tls_secret }],
    }),
    rules: hosts.map(({ host, service }) => ({
      host,
      http: {
        paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { name: 'http' } } } }],
      },
    })),
  },
})
