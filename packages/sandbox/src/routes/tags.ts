import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, param } from '../http/validation.ts'
import { tagKey } from '../records/records.ts'
import { hasTag, useTags, validTag } from '../records/tags.ts'
import type { Tag } from '../records/types.ts'
import { tagShape } from '../shapes/tag.ts'

const create = z.object({ name: z.string('name is required') })
const targets = z.object({
  resources: z.array(z.object({ resource_id: z.coerce.string(), resource_type: z.string() })),
})
type Target = z.output<typeof targets>['resources'][number]

export function tagRoutes(app: App, cloud: Cloud): void {
  const shape = (request: Parameters<typeof tagShape>[1], tag: Tag) => tagShape(cloud, request, tag)

  app.get('/v2/tags', async (request) =>
    page(request, 'tags', listed(request, cloud.tags), (tag) => shape(request, tag)),
  )
  app.post('/v2/tags', { schema: { body: create } }, async (request, reply) => {
    if (!validTag.test(request.body.name)) return reply.code(400).send(invalid(request.body.name))
    const [name] = useTags(cloud, [request.body.name])
    reply.code(201)
    return { tag: shape(request, cloud.tags.get(tagKey(name!))!) }
  })
  app.get('/v2/tags/:tag_id', async (request) => ({ tag: shape(request, tagOf(cloud, request)) }))

  app.delete('/v2/tags/:tag_id', async (request, reply) => {
    const tag = tagOf(cloud, request)
    for (const collection of tagged(cloud))
      for (const { id, tags } of collection.by('tag', tag.id)) collection.update(id, { tags: without(tags, tag) })
    cloud.tags.remove(tag.id)
    return reply.code(204).send()
  })

  app.post('/v2/tags/:tag_id/resources', { schema: { body: targets } }, async (request, reply) => {
    const tag = tagOf(cloud, request)
    const change = (tags: string[]) => (hasTag({ tags }, tag.name) ? tags : [...tags, tag.name])
    retag(cloud, request.body.resources, change)
    return reply.code(204).send()
  })
  app.delete('/v2/tags/:tag_id/resources', { schema: { body: targets } }, async (request, reply) => {
    const tag = tagOf(cloud, request)
    retag(cloud, request.body.resources, (tags) => without(tags, tag))
    return reply.code(204).send()
  })
}

/** This one refusal has a shape of its own. */
function invalid(name: string) {
  const error = `Error validating resource tag: "tag-name \\"${name}\\" contains invalid characters"`
  return { error, messages: null, root_causes: [`rpc error: code = InvalidArgument desc = ${error}`] }
}

/** @throws ApiError 404 */
function tagOf(cloud: Cloud, request: { params: unknown }): Tag {
  const tag = cloud.tags.get(tagKey(param(request, 'tag_id')))
  if (!tag) throw notFound()
  return tag
}

/** Everything that carries tags. */
const tagged = (cloud: Cloud) => [
  cloud.droplets,
  cloud.images,
  cloud.volumes,
  cloud.volumeSnapshots,
  cloud.databases,
  cloud.firewalls,
]

const without = (tags: readonly string[], tag: Tag): string[] => tags.filter((name) => tagKey(name) !== tag.id)

function retag(cloud: Cloud, resources: readonly Target[], change: (tags: string[]) => string[]): void {
  const found = resources.map((target) => ({ ...place(cloud, target), target }))
  for (const { collection, id } of found) {
    const record = collection?.get(id)
    if (!record) throw notFound()
    collection?.update(id, { tags: change(record.tags) })
  }
}

function place(cloud: Cloud, { resource_type, resource_id }: Target) {
  if (resource_type === 'droplet') return { collection: cloud.droplets, id: Number(resource_id) }
  if (resource_type === 'image') return { collection: cloud.images, id: Number(resource_id) }
  if (resource_type === 'volume') return { collection: cloud.volumes, id: resource_id }
  if (resource_type === 'volume_snapshot') return { collection: cloud.volumeSnapshots, id: resource_id }
  if (resource_type === 'database') return { collection: cloud.databases, id: resource_id }
  return { collection: undefined, id: '' }
}
