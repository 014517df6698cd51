import { isAtlasError, type Stamp } from '@atlas/core'
import { type Api, bodyOf, type Schema } from './api.ts'
import { removal } from './errors.ts'
import { stampIn, stampTags, tagOfCreate, userTags } from './stamp.ts'
import type { CallContext } from './transport.ts'

/** The document's prose has `database` too, its schema forgot it (tags_resource, August 2026). */
type Taggable = NonNullable<Schema['tags_resource']['resources'][number]['resource_type']> | 'database'

interface Tagged {
  type: Taggable
  id: string
  tags: readonly string[]
}

/** Makes the tags that people see those that are wanted. Stamps stay. Safe to repeat. */
export const syncTags = (api: Api, tagged: Tagged, wanted: readonly string[], context: CallContext) =>
  swapTags(api, { ...tagged, tags: userTags(tagged.tags) }, wanted, context)

/** Puts on what is missing and takes off those of its tags that are not wanted. Safe to repeat. */
export async function swapTags(api: Api, { type, id, tags }: Tagged, wanted: readonly string[], context: CallContext) {
  const resource = { resource_id: id, resource_type: type as Exclude<Taggable, 'database'> }
  const body = { resources: [resource] }
  const absentIn = (others: readonly string[]) => (tag: string) =>
    others.every((other) => other.toLowerCase() !== tag.toLowerCase())

  for (const tag_id of await makeTags(api, wanted.filter(absentIn(tags)), context))
    await api(context).POST('/v2/tags/{tag_id}/resources', { params: { path: { tag_id } }, body })
  for (const tag_id of tags.filter(absentIn(wanted)))
    await removal(api(context).DELETE('/v2/tags/{tag_id}/resources', { params: { path: { tag_id } }, body }))
}

/**
 * Puts the stamp on what Atlas did not make, with tags that tell more of it; or takes off everything that Atlas ever put
 * on. Tags of people stay. Safe to repeat.
 */
export async function markTags(
  api: Api,
  tagged: Tagged,
  stamp: Stamp | undefined,
  context: CallContext,
  more: readonly string[] = [],
): Promise<void> {
  const people = new Set(userTags(tagged.tags))
  const ours = tagged.tags.filter((tag) => !people.has(tag))
  if (stamp) return swapTags(api, { ...tagged, tags: ours }, [...stampTags(stamp), ...more], context)
  await swapTags(api, { ...tagged, tags: ours }, [], context)
  await forgetStamp(api, stampIn(ours), context)
}

/**
 * A tag must exist before a firewall, a load balancer or a tagging can name it. Making it again changes nothing.
 * Returns each as the cloud spells it, which is how a URL must.
 */
export async function makeTags(api: Api, names: readonly string[], context: CallContext): Promise<string[]> {
  const spelt: string[] = []
  for (const name of names) {
    const { tag } = await bodyOf(api(context).POST('/v2/tags', { body: { name } }))
    spelt.push(tag?.name ?? name)
  }
  return spelt
}

/**
 * Tags outlive what carried them: the one of a create goes when its resource goes. Nobody is the worse for one that
 * stays, so a failure here is none.
 */
export async function forgetStamp(api: Api, stamp: Stamp | undefined, context: CallContext): Promise<void> {
  if (!stamp) return
  try {
    await api(context).DELETE('/v2/tags/{tag_id}', { params: { path: { tag_id: tagOfCreate(stamp) } } })
  } catch (error) {
    if (!isAtlasError(error)) throw error
  }
}
