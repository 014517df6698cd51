import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { sizeOf } from '../data/catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { page } from '../http/page.ts'
import { type App, integer, param, queryOf } from '../http/validation.ts'
import type { Action, Droplet } from '../records/types.ts'
import { actionShape } from '../shapes/action.ts'
import { beginOn } from '../work/actions.ts'
import { findImage } from '../work/images.ts'
import { backupPolicy, dropletOf, pending } from './droplet-request.ts'

const named = { name: z.string('Name is required.').min(1, "Name can't be blank.") }
const image = z.union([z.string(), z.number()], 'You specified an invalid image for Droplet creation.')

const plain = [
  'disable_backups',
  'reboot',
  'power_cycle',
  'shutdown',
  'power_off',
  'power_on',
  'password_reset',
  'enable_ipv6',
] as const

const body = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.enum(plain) }),
    z.object({ type: z.literal('enable_backups'), backup_policy: backupPolicy.optional() }),
    z.object({ type: z.literal('change_backup_policy'), backup_policy: backupPolicy }),
    z.object({ type: z.literal('rename'), ...named }),
    z.object({ type: z.literal('snapshot'), name: z.string().optional() }),
    z.object({
      type: z.literal('resize'),
      size: z.string('You specified an invalid size for Droplet resize.'),
      disk: z.boolean().optional(),
    }),
    z.object({ type: z.literal(['restore', 'rebuild']), image }),
    z.object({ type: z.literal('change_kernel'), kernel: z.number() }),
  ],
  { error: 'The type of action is not valid.' },
)
type Wanted = z.output<typeof body>

export function dropletActionRoutes(app: App, cloud: Cloud): void {
  app.post('/v2/droplets/:droplet_id/actions', { schema: { body } }, async (request, reply) => {
    const action = act(cloud, dropletOf(cloud, request), request.body)
    reply.code(201)
    return { action: actionShape(action) }
  })

  // By tag, droplets that cannot carry it out now are left out, as DigitalOcean does.
  app.post('/v2/droplets/actions', { schema: { body } }, async (request, reply) => {
    const droplets = cloud.droplets.by('tag', (queryOf(request).tag_name ?? '').toLowerCase())
    const able = droplets.filter((droplet) => !refusal(cloud, droplet, request.body))
    reply.code(201)
    return { actions: able.map((droplet) => actionShape(act(cloud, droplet, request.body))) }
  })

  app.get('/v2/droplets/:droplet_id/actions', async (request) =>
    page(request, 'actions', actionsOf(cloud, dropletOf(cloud, request)).reverse(), actionShape),
  )

  app.get('/v2/droplets/:droplet_id/actions/:action_id', async (request) => {
    const id = integer(param(request, 'action_id'))
    const action = actionsOf(cloud, dropletOf(cloud, request)).find((candidate) => candidate.id === id)
    if (!action) throw notFound()
    return { action: actionShape(action) }
  })
}

const actionsOf = (cloud: Cloud, { id }: Droplet): Action[] => cloud.actions.by('resource', `droplet:${id}`)

function act(cloud: Cloud, droplet: Droplet, wanted: Wanted): Action {
  const reason = refusal(cloud, droplet, wanted)
  if (reason) throw reason
  const { type, ...params } = wanted
  return beginOn(cloud, droplet, type, params)
}

/** Why the cloud would not start this action now. */
function refusal(cloud: Cloud, droplet: Droplet, wanted: Wanted): Error | undefined {
  if (droplet.locked) return pending()
  if (wanted.type === 'power_on' && droplet.status === 'active') return unprocessable('Droplet is already powered on.')
  if (['shutdown', 'power_off', 'reboot'].includes(wanted.type) && droplet.status === 'off')
    return unprocessable('Droplet is already powered off.')
  if (wanted.type === 'resize') return refuseResize(droplet, wanted)
  if (wanted.type === 'restore' || wanted.type === 'rebuild') return refuseImage(cloud, droplet, wanted.image)
  return undefined
}

function refuseResize(droplet: Droplet, wanted: { size: string; disk?: boolean | undefined }): Error | undefined {
  const size = sizeOf(wanted.size)
  if (!size) return unprocessable('You specified an invalid size for Droplet resize.')
  if (!size.regions.includes(droplet.region)) return unprocessable('Size is not available in this region.')
  if (droplet.status !== 'off') return unprocessable('Droplet must be powered off to perform this action.')
  if (wanted.size === droplet.size && (!wanted.disk || droplet.diskGb >= size.disk))
    return unprocessable('Droplet is already that size.')
  if (size.disk < droplet.diskGb) return unprocessable('This size is not available because it has a smaller disk.')
  return undefined
}

function refuseImage(cloud: Cloud, droplet: Droplet, key: string | number): Error | undefined {
  const image = findImage(cloud, key)
  if (image?.status !== 'available') return unprocessable('You specified an invalid image.')
  if (image.minDiskGb > droplet.diskGb) return unprocessable('The image is too large for this Droplet.')
  return undefined
}
