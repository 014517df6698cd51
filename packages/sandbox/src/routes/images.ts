import { z } from 'zod'
import { type Cloud, nextId } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, integer, list, param, queryOf } from '../http/validation.ts'
import { hasTag, useTags } from '../records/tags.ts'
import type { Action, Image } from '../records/types.ts'
import { actionShape } from '../shapes/action.ts'
import { imageShape } from '../shapes/image.ts'
import { begin } from '../work/actions.ts'
import { allPublicImages, findImage, importImage } from '../work/images.ts'

const update = z.object({
  name: z.string().min(1).optional(),
  distribution: z.string().optional(),
  description: z.string().optional(),
})
const custom = z.object({
  name: z.string('Name is required.'),
  url: z.url('A valid url is required.'),
  region: z.string('Region is required.'),
  distribution: z.string().default('Unknown'),
  description: z.string().default(''),
  tags: list(z.string()),
})
const act = z.discriminatedUnion('type', [
  z.object({ type: z.literal('transfer'), region: z.string() }),
  z.object({ type: z.literal('convert') }),
])

export function imageRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/images', async (request) => {
    const query = queryOf(request)
    const mine = listed(request, cloud.images).filter((image) => image.status !== 'deleted')
    const images = query.private === 'true' ? mine : [...allPublicImages, ...mine]
    // Every public image here is a distribution; the marketplace's applications are not part of this cloud.
    const ofType = images.filter((image) => !query.type || (query.type === 'distribution' && image.public))
    const tagged = ofType.filter((image) => query.tag_name === undefined || hasTag(image, query.tag_name))
    return page(request, 'images', tagged, imageShape)
  })

  // The bytes behind the url are not fetched: the image is a record, and a droplet of it gets an empty disk.
  app.post('/v2/images', { schema: { body: custom } }, async (request, reply) => {
    const image = addCustomImage(cloud, request.body)
    reply.code(202)
    return { image: imageShape(image) }
  })

  app.get('/v2/images/:image_id', async (request) => {
    const image = findImage(cloud, param(request, 'image_id'))
    if (!image || image.status === 'deleted') throw notFound()
    return { image: imageShape(image) }
  })

  app.put('/v2/images/:image_id', { schema: { body: update } }, async (request) => {
    const image = ownImage(cloud, request)
    const { name = image.name, distribution = image.distribution, description = image.description } = request.body
    return { image: imageShape(cloud.images.put({ ...image, name, distribution, description })) }
  })

  app.delete('/v2/images/:image_id', async (request, reply) => {
    deleteImage(cloud, ownImage(cloud, request))
    return reply.code(204).send()
  })

  app.get('/v2/images/:image_id/actions', async (request) =>
    page(request, 'actions', actionsOf(cloud, ownImage(cloud, request)).reverse(), actionShape),
  )
  app.post('/v2/images/:image_id/actions', { schema: { body: act } }, async (request, reply) => {
    const image = ownImage(cloud, request)
    const { type, ...params } = request.body
    if ('region' in params && !regionOf(params.region)?.available) throw unprocessable('Region is not available')
    const about = { resource: image.id, resourceType: 'image' as const, region: image.regions[0] ?? 'nyc3' }
    reply.code(201)
    return eitherWay(begin(cloud, { ...about, type, params }))
  })
  app.get('/v2/images/:image_id/actions/:action_id', async (request) => {
    const id = integer(param(request, 'action_id'))
    const action = actionsOf(cloud, ownImage(cloud, request)).find((candidate) => candidate.id === id)
    if (!action) throw notFound()
    return eitherWay(action)
  })
}

/** DigitalOcean's document has an image's action flat, its Go and other clients read it under `action`: both find it. */
function eitherWay(action: Action) {
  const shape = actionShape(action)
  return { ...shape, action: shape }
}

/** Its record stays for the droplets that were made of it. */
export function deleteImage(cloud: Cloud, image: Image): void {
  cloud.images.update(image.id, { status: 'deleted' })
  cloud.background.start(`image:${image.id}`, () => cloud.backend.deleteSnapshot(String(image.id)))
}

const actionsOf = (cloud: Cloud, { id }: Image) => cloud.actions.by('resource', `image:${id}`)

/** A private image: others cannot be changed. @throws ApiError 404 */
function ownImage(cloud: Cloud, request: { params: unknown }): Image {
  const image = cloud.images.get(integer(param(request, 'image_id')))
  if (!image || image.status === 'deleted') throw notFound()
  return image
}

function addCustomImage(cloud: Cloud, wanted: z.output<typeof custom>): Image {
  if (!regionOf(wanted.region)?.available) throw unprocessable('Region is not available')
  const image = cloud.images.put({
    id: nextId(cloud, 'image'),
    name: wanted.name,
    distribution: wanted.distribution,
    type: 'custom',
    public: false,
    regions: [wanted.region],
    description: wanted.description,
    tags: useTags(cloud, wanted.tags),
    status: 'NEW',
    minDiskGb: 1,
    sizeBytes: 0,
    createdAt: cloud.clock.now(),
  })
  importImage(cloud, image.id)
  return image
}
