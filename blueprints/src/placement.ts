import type { JsonObject } from '@atlas/core'

/** Which machines a project runs on, by name: where deploys and the load balancer look. */
export interface Placement {
  master: string
  webs: string[]
}

const projectTag = (project: string) => `project:${project}`
const roleTag = (role: Role) => `role:${role}`

export type Role = 'master' | 'web'

/** How placement is written down: on the machines themselves, so that it can be read in the cloud as well. */
export const placementTags = (role: Role, projects: readonly string[]) => [roleTag(role), ...projects.map(projectTag)]

/** Projects of a description, each with its machines in their order. Machines of no project are left out. */
export function placements(description: JsonObject): Record<string, Placement> {
  const result: Record<string, Placement> = {}
  for (const { name, tags } of machinesOf(description))
    for (const tag of tags) {
      if (!tag.startsWith('project:')) continue
      const project = tag.slice('project:'.length)
      result[project] ??= { master: '', webs: [] }
      const placement = result[project]
      if (tags.includes(roleTag('master'))) placement.master = name
      if (tags.includes(roleTag('web'))) placement.webs.push(name)
    }
  return result
}

function machinesOf({ resources }: JsonObject): { name: string; tags: string[] }[] {
  const all = resources as { type: string; name: string; specifications: { tags?: string[] } }[]
  return all
    .filter(({ type }) => type === 'machine')
    .map(({ name, specifications }) => ({ name, tags: specifications.tags ?? [] }))
}
