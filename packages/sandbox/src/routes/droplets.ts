import type { Cloud } from '../cloud.ts'
import { unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, queryOf } from '../http/validation.ts'
import { hasTag } from '../records/tags.ts'
import type { Droplet } from '../records/types.ts'
import { actionLink } from '../shapes/action.ts'
import { dropletShape, dropletText } from '../shapes/droplet.ts'
import { firewallShape } from '../shapes/firewall.ts'
import { snapshotOfDropletShape } from '../shapes/image.ts'
import { createDroplet, destroyDroplet } from '../work/droplets.ts'
import { firewallsOf } from '../work/firewalls.ts'
import { imagesOf } from '../work/images.ts'
import { body, type DropletOptions, dropletOf, pending } from './droplet-request.ts'

export function dropletRoutes(app: App, cloud: Cloud): void {
  const shape = (droplet: Droplet) => dropletShape(cloud, droplet)

  app.get('/v2/droplets', async (request, reply) => {
    const { tag_name, name, type } = queryOf(request)
    const droplets = listed(request, cloud.droplets).filter(
      (droplet) =>
        (tag_name === undefined || hasTag(droplet, tag_name)) &&
        (name === undefined || droplet.name.toLowerCase() === name.toLowerCase()) &&
        (type === undefined || droplet.size.startsWith('gpu-') === (type === 'gpus')),
    )
    const { droplets: texts, ...rest } = page(request, 'droplets', droplets, (droplet) => dropletText(cloud, droplet))
    const text = `{"droplets":[${(texts as string[]).join(',')}],${JSON.stringify(rest).slice(1)}`
    return reply.type('application/json; charset=utf-8').send(text)
  })

  app.post('/v2/droplets', { schema: { body } }, async (request, reply) => {
    const wanted = request.body
    const names = 'names' in wanted ? wanted.names : [wanted.name]
    const made = createDroplets(cloud, names, wanted)
    const links = { actions: made.map(({ action }) => actionLink(request, action)) }
    reply.code(202)
    const droplets = made.map(({ droplet }) => shape(droplet))
    return 'names' in wanted ? { droplets, links } : { droplet: droplets[0], links }
  })

  app.delete('/v2/droplets', async (request, reply) => {
    const { tag_name } = queryOf(request)
    if (!tag_name) throw unprocessable('tag_name is required')
    for (const droplet of cloud.droplets.by('tag', tag_name.toLowerCase())) destroyDroplet(cloud, droplet)
    return reply.code(204).send()
  })

  app.get('/v2/droplets/:droplet_id', async (request) => ({ droplet: shape(dropletOf(cloud, request)) }))

  app.delete('/v2/droplets/:droplet_id', async (request, reply) => {
    const droplet = dropletOf(cloud, request)
    if (droplet.locked) throw pending()
    destroyDroplet(cloud, droplet)
    return reply.code(204).send()
  })

  app.get('/v2/droplets/:droplet_id/kernels', async (request) => {
    dropletOf(cloud, request)
    return page(request, 'kernels', [], (kernel) => kernel)
  })
  app.get('/v2/droplets/:droplet_id/snapshots', async (request) =>
    page(request, 'snapshots', imagesOf(cloud, dropletOf(cloud, request).id, 'snapshot'), snapshotOfDropletShape),
  )
  app.get('/v2/droplets/:droplet_id/backups', async (request) =>
    page(request, 'backups', imagesOf(cloud, dropletOf(cloud, request).id, 'backup'), snapshotOfDropletShape),
  )
  app.get('/v2/droplets/:droplet_id/firewalls', async (request) =>
    page(request, 'firewalls', firewallsOf(cloud, dropletOf(cloud, request)), firewallShape),
  )
  app.get('/v2/reports/droplet_neighbors_ids', async () => ({ neighbor_ids: [] }))
  // Which droplets share a physical host: here all of them do, and so the answer would say nothing.
  app.get('/v2/droplets/:droplet_id/neighbors', async (request) => {
    dropletOf(cloud, request)
    return { droplets: [] }
  })
}

function createDroplets(cloud: Cloud, names: readonly string[], wanted: DropletOptions) {
  if (cloud.droplets.size + names.length > cloud.options.dropletLimit)
    throw unprocessable('creating this/these droplet(s) will exceed your droplet limit')
  return names.map((name) => createDroplet(cloud, name, wanted))
}
