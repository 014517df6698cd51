import type { JsonObject } from '../json.ts'

/**
 * What a resource's cost is counted under, as `key=value`: the tags of its infrastructure, and its own. In the cloud
 * those are `key:value`.
 */
export function tagsOf(shared: Readonly<Record<string, string>>, { tags }: JsonObject): string[] {
  const own = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
  const all = [
    ...Object.entries(shared).map(([key, value]) => `${key}=${value}`),
    ...own.map((tag) => tag.replace(':', '=')),
  ]
  return [...new Set(all)].sort()
}
