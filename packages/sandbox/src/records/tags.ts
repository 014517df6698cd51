import type { Cloud } from '../cloud.ts'
import { unprocessable } from '../http/errors.ts'
import { tagKey } from './records.ts'

export const validTag = /^[a-zA-Z0-9_:-]{1,255}$/

/** The tags of these names as they were first spelt; those that do not exist yet are made. @throws ApiError 422 */
export function useTags(cloud: Cloud, names: readonly string[]): string[] {
  for (const name of names) if (!validTag.test(name)) throw invalidTag()
  return [...new Map(names.map((name) => [tagKey(name), tag(cloud, name)])).values()]
}

const invalidTag = () =>
  unprocessable(
    'Tag name may contain letters, numbers, colons, dashes, and underscores, and has 255 characters at most.',
  )

function tag(cloud: Cloud, name: string): string {
  return (cloud.tags.get(tagKey(name)) ?? cloud.tags.put({ id: tagKey(name), name })).name
}

export const hasTag = (record: { tags: readonly string[] }, name: string): boolean =>
  record.tags.some((tag) => tagKey(tag) === tagKey(name))
