import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { page } from '../http/page.ts'
import { type App, integer, param } from '../http/validation.ts'
import type { Action, Volume } from '../records/types.ts'
import { actionShape } from '../shapes/action.ts'
import { begin } from '../work/actions.ts'
import { pending } from './droplet-request.ts'
import { volumeOf } from './volumes.ts'

const common = { region: z.string().nullish() }
const one = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('attach'), droplet_id: z.number().int() }),
  z.object({ ...common, type: z.literal('detach'), droplet_id: z.number().int().optional() }),
  z.object({ ...common, type: z.literal('resize'), size_gigabytes: z.number().int().max(16_384) }),
])
const named = z.intersection(one, z.object({ volume_name: z.string().optional() }))
type Wanted = z.output<typeof one>

export function volumeActionRoutes(app: App, cloud: Cloud): void {
  app.post('/v2/volumes/:volume_id/actions', { schema: { body: one } }, async (request, reply) => {
    const action = act(cloud, volumeOf(cloud, request), request.body)
    reply.code(202)
    return { action: actionShape(action) }
  })

  app.post('/v2/volumes/actions', { schema: { body: named } }, async (request, reply) => {
    const { volume_name, region } = request.body
    const volume = volumeNamed(cloud, volume_name, region ?? undefined)
    reply.code(202)
    return { action: actionShape(act(cloud, volume, request.body)) }
  })

  app.get('/v2/volumes/:volume_id/actions', async (request) =>
    page(request, 'actions', actionsOf(cloud, volumeOf(cloud, request)).reverse(), actionShape),
  )
  app.get('/v2/volumes/:volume_id/actions/:action_id', async (request) => {
    const id = integer(param(request, 'action_id'))
    const action = actionsOf(cloud, volumeOf(cloud, request)).find((candidate) => candidate.id === id)
    if (!action) throw notFound()
    return { action: actionShape(action) }
  })
}

const actionsOf = (cloud: Cloud, { id }: Volume): Action[] => cloud.actions.by('resource', `volume:${id}`)

function volumeNamed(cloud: Cloud, name: string | undefined, region: string | undefined): Volume {
  const matches = [...cloud.volumes.all()].filter((volume) => volume.name === name)
  const volume = matches.find((candidate) => region === undefined || candidate.region === region)
  if (!volume) throw notFound()
  return volume
}

function act(cloud: Cloud, volume: Volume, wanted: Wanted): Action {
  const about = { resource: volume.id, resourceType: 'volume' as const, region: volume.region }
  if (wanted.type === 'resize') {
    if (wanted.size_gigabytes <= volume.sizeGb) throw unprocessable('new size must be larger than the current size')
    return begin(cloud, { ...about, type: 'resize', params: { size_gigabytes: wanted.size_gigabytes } })
  }
  const droplet = wanted.type === 'attach' ? attachable(cloud, volume, wanted.droplet_id) : volume.droplet
  if (droplet === undefined || (wanted.droplet_id ?? droplet) !== droplet) throw unprocessable('Attachment not found')
  if (cloud.droplets.get(droplet)?.locked) throw pending()
  return begin(cloud, { ...about, type: `${wanted.type}_volume`, droplet })
}

function attachable(cloud: Cloud, volume: Volume, id: number): number {
  const droplet = cloud.droplets.get(id)
  if (!droplet) throw notFound('Droplet not found')
  if (droplet.region !== volume.region) throw unprocessable('Droplet and volume are in different regions')
  if (volume.droplet !== undefined) throw unprocessable('storage volume is already attached to a droplet')
  if (cloud.volumes.count('droplet', id) >= 15) throw unprocessable('a Droplet can have at most 15 volumes attached')
  return id
}
