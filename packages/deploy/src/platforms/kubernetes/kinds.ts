import type {
  CoreV1Event,
  V1ConfigMap,
  V1Deployment,
  V1EndpointSlice,
  V1Ingress,
  V1Job,
  V1Lease,
  V1Namespace,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Secret,
  V1SelfSubjectAccessReview,
  V1Service,
} from '@kubernetes/client-node'

/** What Atlas reads or writes in a cluster. */
export interface Kinds {
  Namespace: V1Namespace
  Lease: V1Lease
  ConfigMap: V1ConfigMap
  Secret: V1Secret
  PersistentVolumeClaim: V1PersistentVolumeClaim
  Service: V1Service
  Deployment: V1Deployment
  Ingress: V1Ingress
  Job: V1Job
  Pod: V1Pod
  Event: CoreV1Event
  EndpointSlice: V1EndpointSlice
  SelfSubjectAccessReview: V1SelfSubjectAccessReview
}
export type Kind = keyof Kinds

export const versions: Record<Kind, string> = {
  Namespace: 'v1',
  Lease: 'coordination.k8s.io/v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  PersistentVolumeClaim: 'v1',
  Service: 'v1',
  Deployment: 'apps/v1',
  Ingress: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  Pod: 'v1',
  Event: 'v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  SelfSubjectAccessReview: 'authorization.k8s.io/v1',
}

/** Those that a lane has of its own, in the order in which they are of use. */
export const written = [
  'ConfigMap',
  'Secret',
  'PersistentVolumeClaim',
  'Deployment',
  'Service',
  'Ingress',
  'Job',
] as const
export type Written = (typeof written)[number]

/** An object as it is sent: of its kind, in a namespace, under a name. */
export type Wanted<K extends Kind = Kind> = K extends Kind ? Kinds[K] & { kind: K; metadata: { name: string } } : never
