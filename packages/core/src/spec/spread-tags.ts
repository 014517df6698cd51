import type { Json } from '../json.ts'
import type { Infrastructure, Resource } from './infrastructure.ts'
import type { ResourceType } from './types.ts'

/** Types that carry tags of their own in the cloud. (A firewall's `tags` name machines, not itself.) */
const tagged: ReadonlySet<ResourceType> = new Set(['machine', 'volume', 'database'])

/**
 * Puts the infrastructure's tags, as `key:value`, into the specifications of everything that has tags: then a driver
 * sees all that a resource has to carry in one place, and a tag that is changed or taken away is a difference.
 */
export function spreadTags(infrastructure: Infrastructure): Infrastructure {
  const shared = Object.entries(infrastructure.tags).map(([key, value]) => `${key}:${value}`)
  const spread = (resource: Resource): Resource => {
    if (!tagged.has(resource.type)) return resource
    const own = resource.specifications.tags as Json[]
    const tags = [...own, ...shared.filter((tag) => !own.includes(tag))]
    return { ...resource, specifications: { ...resource.specifications, tags } }
  }
  return { ...infrastructure, resources: infrastructure.resources.map(spread) }
}
