import type { Cloud } from '../cloud.ts'
import type { Project } from './types.ts'

/** The account's default project: what is assigned to no other is in it. */
export function defaultProject(cloud: Cloud): Project {
  for (const project of cloud.projects.all()) if (project.default) return project
  const now = cloud.clock.now()
  return cloud.projects.put({
    id: crypto.randomUUID(),
    name: 'first-project',
    description: '',
    purpose: 'Just trying out DigitalOcean',
    environment: 'Development',
    default: true,
    createdAt: now,
    updatedAt: now,
  })
}

/** The id of the project that holds the resource of this urn. */
export function projectOf(cloud: Cloud, urn: string): string {
  return cloud.assignments.get(urn)?.project ?? defaultProject(cloud).id
}

/** Puts a resource into a project; the default one needs no note. */
export function assign(cloud: Cloud, urn: string, project: string | null | undefined): void {
  if (!project || project === defaultProject(cloud).id) cloud.assignments.remove(urn)
  else cloud.assignments.put({ id: urn, project, assignedAt: cloud.clock.now() })
}

/** Every resource that can be in a project: urn → the path of it in the API. */
export function* assignable(cloud: Cloud): Generator<{ urn: string; path: string; createdAt: number }> {
  for (const { id, createdAt } of cloud.droplets.all())
    yield { urn: `do:droplet:${id}`, path: `droplets/${id}`, createdAt }
  for (const { id, createdAt } of cloud.volumes.all())
    yield { urn: `do:volume:${id}`, path: `volumes/${id}`, createdAt }
  for (const { id, createdAt } of cloud.domains.all())
    yield { urn: `do:domain:${id}`, path: `domains/${id}`, createdAt }
  for (const { id, createdAt } of cloud.reservedIps.all())
    yield { urn: `do:floatingip:${id}`, path: `floating_ips/${id}`, createdAt }
  for (const { id, createdAt } of cloud.loadBalancers.all())
    yield { urn: `do:loadbalancer:${id}`, path: `load_balancers/${id}`, createdAt }
  for (const { id, createdAt } of cloud.databases.all())
    yield { urn: `do:dbaas:${id}`, path: `databases/${id}`, createdAt }
}
