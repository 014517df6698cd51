import { z } from 'zod'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { badRequest, conflict, notFound } from '../http/errors.ts'
import { type App, integer, list, param } from '../http/validation.ts'
import { dollars } from '../metering/charges.ts'
import { imageItems, reservedIpItems, volumeItems, volumeSnapshotItems } from '../metering/items.ts'
import type {
  AssociatedKind,
  DestroyedResource,
  Destruction,
  Droplet,
  ReservedIp,
  UsageItem,
} from '../records/types.ts'
import { destroyTogether } from '../work/destruction.ts'
import { imagesOf } from '../work/images.ts'
import { dropletOf, pending } from './droplet-request.ts'

const ids = list(z.coerce.string())
const selective = z
  .object({ reserved_ips: ids, floating_ips: ids, snapshots: ids, volumes: ids, volume_snapshots: ids })
  .or(z.undefined())

const base = '/v2/droplets/:droplet_id/destroy_with_associated_resources'

/** Deleting a droplet together with what belongs to it. */
export function dropletDestructionRoutes(app: App, cloud: Cloud): void {
  app.get(base, async (request) => {
    const belonging = associated(cloud, dropletOf(cloud, request))
    const shown = Object.entries(belonging).map(([kind, resources]) => [
      kind,
      resources.map(({ id, name, items }) => ({ id, name, cost: dollars(items[0]?.price?.monthly ?? 0) })),
    ])
    return Object.fromEntries(shown) as Record<AssociatedKind, unknown>
  })

  app.delete(`${base}/selective`, { schema: { body: selective } }, async (request, reply) => {
    const chosen = request.body
    const all = associated(cloud, dropletOf(cloud, request))
    start(cloud, dropletOf(cloud, request), all, (kind, id) => chosen?.[kind].includes(id) === true)
    return reply.code(202).send()
  })

  app.delete(`${base}/dangerous`, async (request, reply) => {
    const droplet = dropletOf(cloud, request)
    if (request.headers['x-dangerous'] !== 'true') throw badRequest('the header X-Dangerous must be set to true')
    start(cloud, droplet, associated(cloud, droplet), () => true)
    return reply.code(202).send()
  })

  app.get(`${base}/status`, async (request) => statusShape(destructionOf(cloud, request)))

  app.post(`${base}/retry`, async (request, reply) => {
    const destruction = destructionOf(cloud, request)
    if (destruction.completedAt === undefined) throw conflict('the destruction is still in progress')
    destroyTogether(cloud, destruction.id)
    return reply.code(202).send()
  })
}

/** What the address would cost once its droplet is gone. */
function unassigned({ droplet: _, ...free }: ReservedIp): UsageItem[] {
  return reservedIpItems(free)
}

type Associated = Record<AssociatedKind, { id: string; name: string; items: UsageItem[] }[]>

function associated(cloud: Cloud, droplet: Droplet): Associated {
  const ips = cloud.reservedIps.by('droplet', droplet.id)
  const addresses = ips.map((ip) => ({ id: ip.id, name: ip.id, items: unassigned(ip) }))
  const volumes = cloud.volumes.by('droplet', droplet.id)
  const snapshots = volumes.flatMap(({ id }) => cloud.volumeSnapshots.by('volume', id))
  return {
    reserved_ips: addresses,
    floating_ips: addresses,
    snapshots: imagesOf(cloud, droplet.id, 'snapshot').map((image) => ({
      id: String(image.id),
      name: image.name,
      items: imageItems(image),
    })),
    volumes: volumes.map((volume) => ({ id: volume.id, name: volume.name, items: volumeItems(volume) })),
    volume_snapshots: snapshots.map((each) => ({ id: each.id, name: each.name, items: volumeSnapshotItems(each) })),
  }
}

function start(
  cloud: Cloud,
  droplet: Droplet,
  all: Associated,
  chosen: (kind: AssociatedKind, id: string) => boolean,
): void {
  if (droplet.locked) throw pending()
  const kept = Object.entries(all).map(([kind, resources]) => [
    kind,
    resources.filter(({ id }) => chosen(kind as AssociatedKind, id)).map(({ id, name }) => ({ id, name })),
  ])
  const resources = Object.fromEntries(kept) as Destruction['resources']
  cloud.destructions.put({ id: droplet.id, droplet: { id: String(droplet.id), name: droplet.name }, resources })
  destroyTogether(cloud, droplet.id)
}

/** @throws ApiError 404 */
function destructionOf(cloud: Cloud, request: { params: unknown }): Destruction {
  const destruction = cloud.destructions.get(integer(param(request, 'droplet_id')))
  if (!destruction) throw notFound()
  return destruction
}

function statusShape({ droplet, resources, completedAt }: Destruction) {
  const shape = ({ id, name, destroyedAt, error }: DestroyedResource) => ({
    id,
    name,
    ...(destroyedAt !== undefined && { destroyed_at: iso(destroyedAt) }),
    ...(error !== undefined && { error_message: error }),
  })
  const all = Object.entries(resources)
  return {
    droplet: shape(droplet),
    resources: Object.fromEntries(all.map(([kind, each]) => [kind, each.map(shape)])),
    ...(completedAt !== undefined && { completed_at: iso(completedAt) }),
    failures: all.flatMap(([, each]) => each).filter(({ error }) => error !== undefined).length,
  }
}
