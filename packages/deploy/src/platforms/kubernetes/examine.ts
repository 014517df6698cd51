import { AtlasError } from '@atlas/core'
import { type Slot, slots } from '../../ports.ts'
import type { Place } from '../platform.ts'
import type { Client } from './client.ts'
import { refuseOtherLane } from './fence.ts'
import { ofLane, slotLabel } from './objects.ts'

const all = ['get', 'list', 'create', 'patch', 'delete']

/** What a deploy needs to be allowed, in its namespace: the Role of docs/kubernetes.md. */
export const rights: readonly { group: string; resource: string; verbs: readonly string[] }[] = [
  { group: '', resource: 'configmaps', verbs: all },
  { group: '', resource: 'secrets', verbs: all },
  { group: '', resource: 'services', verbs: all },
  { group: '', resource: 'persistentvolumeclaims', verbs: all },
  { group: 'apps', resource: 'deployments', verbs: all },
  { group: 'networking.k8s.io', resource: 'ingresses', verbs: all },
  { group: 'batch', resource: 'jobs', verbs: all },
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['get', 'create', 'patch'] },
  { group: 'discovery.k8s.io', resource: 'endpointslices', verbs: ['list'] },
  { group: '', resource: 'pods', verbs: ['list'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'events', verbs: ['list'] },
  { group: '', resource: 'namespaces', verbs: ['get'] },
]

/**
 * What traffic of a lane goes to now, and that a deploy of it would be allowed. Reads only.
 * @throws AtlasError `cluster_refused` naming every right that is missing; `deploy_impossible`
 */
export async function examine(client: Client, lane: string): Promise<Place[]> {
  const isThere = (await mayRead(client)) && (await client.read('Namespace', client.namespace)) !== undefined
  const needed = isThere ? rights : [...rights, { group: '', resource: 'namespaces', verbs: ['create'] }]
  const asked = needed.flatMap(({ group, resource, verbs }) => verbs.map((verb) => ({ group, resource, verb })))
  const answers = await Promise.all(asked.map(async (one) => ((await isAllowed(client, one)) ? [] : [one])))
  const missing = answers.flat().map(({ group, resource, verb }) => `${verb} ${resource}${group && `.${group}`}`)
  if (missing.length > 0)
    throw new AtlasError(
      'cluster_refused',
      `The kubeconfig may not do in ${client.namespace}: ${missing.join(', ')}.`,
      {
        problems: missing.map((right) => ({ where: client.namespace, message: 'a right is missing', expected: right })),
        hint: 'Give its user the Role in docs/kubernetes.md: kubectl apply -f role.yaml',
      },
    )
  if (!isThere) return []
  await refuseOtherLane(client, lane)
  return traffic(client, lane)
}

const mayRead = (client: Client) => isAllowed(client, { group: '', resource: 'namespaces', verb: 'get' })

async function isAllowed(
  client: Client,
  { group, resource: whole, verb }: { group: string; resource: string; verb: string },
) {
  const [resource = '', subresource] = whole.split('/')
  const attributes = { namespace: client.namespace, group, resource, verb, ...(subresource && { subresource }) }
  const answer = await client.create({
    kind: 'SelfSubjectAccessReview',
    metadata: { name: '' },
    spec: { resourceAttributes: resource === 'namespaces' ? { ...attributes, name: client.namespace } : attributes },
  })
  return answer !== false && answer.status?.allowed === true
}

async function traffic(client: Client, lane: string): Promise<Place[]> {
  const services = await client.list('Service', { labels: ofLane(lane) })
  return services.flatMap(({ metadata, spec }) => {
    const slot = spec?.selector?.[slotLabel]
    return isSlot(slot) ? [{ service: metadata!.name!, slot }] : []
  })
}

const isSlot = (text: string | undefined): text is Slot => slots.some((slot) => slot === text)
