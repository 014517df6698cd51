import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { conflict, notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, list, param, queryOf } from '../http/validation.ts'
import { useTags } from '../records/tags.ts'
import type { Volume } from '../records/types.ts'
import { volumeShape, volumeSnapshotShape } from '../shapes/volume.ts'
import { deleteVolumeSnapshot } from './snapshots.ts'

const name = z
  .string('name is required')
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lowercase, start with a letter, and hold letters, digits and - only')
const size = z.number().int().min(1, 'invalid size_gigabytes').max(16_384, 'size_gigabytes must be at most 16384')
const create = z.object({
  name,
  size_gigabytes: size.optional(),
  region: z.string().optional(),
  description: z.string().nullish(),
  snapshot_id: z.string().nullish(),
  filesystem_type: z.enum(['', 'ext4', 'xfs']).nullish(),
  filesystem_label: z.string().max(16).nullish(),
  tags: list(z.string()),
})
const snapshot = z.object({ name: z.string('name is required'), tags: list(z.string()) })

export function volumeRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/volumes', async (request) => {
    const { name, region } = queryOf(request)
    const volumes = listed(request, cloud.volumes).filter(
      (volume) => (name === undefined || volume.name === name) && (region === undefined || volume.region === region),
    )
    return page(request, 'volumes', volumes, volumeShape)
  })

  app.post('/v2/volumes', { schema: { body: create } }, async (request, reply) => {
    const volume = createVolume(cloud, request.body)
    reply.code(201)
    return { volume: volumeShape(volume) }
  })

  app.delete('/v2/volumes', async (request, reply) => {
    const { name, region } = queryOf(request)
    const volume = cloud.volumes.first('name', `${region} ${name}`)
    if (!volume) throw notFound()
    deleteVolume(cloud, volume)
    return reply.code(204).send()
  })

  app.get('/v2/volumes/:volume_id', async (request) => ({ volume: volumeShape(volumeOf(cloud, request)) }))

  app.delete('/v2/volumes/:volume_id', async (request, reply) => {
    deleteVolume(cloud, volumeOf(cloud, request))
    return reply.code(204).send()
  })

  app.get('/v2/volumes/:volume_id/snapshots', async (request) =>
    page(request, 'snapshots', cloud.volumeSnapshots.by('volume', volumeOf(cloud, request).id), volumeSnapshotShape),
  )

  app.post('/v2/volumes/:volume_id/snapshots', { schema: { body: snapshot } }, async (request, reply) => {
    const volume = volumeOf(cloud, request)
    const id = crypto.randomUUID()
    const { bytes } = await cloud.backend.snapshotVolume(volume.id, id)
    const made = cloud.volumeSnapshots.put({
      id,
      name: request.body.name,
      volume: volume.id,
      region: volume.region,
      sizeGb: volume.sizeGb,
      sizeBytes: bytes,
      tags: useTags(cloud, request.body.tags),
      createdAt: cloud.clock.now(),
    })
    reply.code(201)
    return { snapshot: volumeSnapshotShape(made) }
  })

  app.get('/v2/volumes/snapshots/:snapshot_id', async (request) => {
    const found = cloud.volumeSnapshots.get(param(request, 'snapshot_id'))
    if (!found) throw notFound()
    return { snapshot: volumeSnapshotShape(found) }
  })
  app.delete('/v2/volumes/snapshots/:snapshot_id', async (request, reply) => {
    deleteVolumeSnapshot(cloud, param(request, 'snapshot_id'))
    return reply.code(204).send()
  })
}

/** @throws ApiError 404 */
export function volumeOf(cloud: Cloud, request: { params: unknown }): Volume {
  const volume = cloud.volumes.get(param(request, 'volume_id'))
  if (!volume) throw notFound()
  return volume
}

function createVolume(cloud: Cloud, wanted: z.output<typeof create>): Volume {
  const source = wanted.snapshot_id ? cloud.volumeSnapshots.get(wanted.snapshot_id) : undefined
  if (wanted.snapshot_id && !source) throw notFound('snapshot not found')
  const region = wanted.region || source?.region
  if (!region || !regionOf(region)?.available) throw unprocessable('invalid region')
  if (source && source.region !== region) throw unprocessable('snapshot is not available in this region')
  const sizeGb = wanted.size_gigabytes ?? source?.sizeGb
  if (!sizeGb || sizeGb < (source?.sizeGb ?? 1)) throw unprocessable('invalid size_gigabytes')
  if (cloud.volumes.count('name', `${region} ${wanted.name}`)) throw conflict('already exists')
  const volume = cloud.volumes.put({
    id: crypto.randomUUID(),
    name: wanted.name,
    region,
    sizeGb,
    description: wanted.description ?? '',
    filesystem: wanted.filesystem_type ?? '',
    label: wanted.filesystem_label ?? '',
    tags: useTags(cloud, wanted.tags),
    createdAt: cloud.clock.now(),
  })
  const folder = { id: volume.id, name: volume.name, sizeGb, ...(source && { fromSnapshot: source.id }) }
  cloud.background.start(`volume:${volume.id}`, () => cloud.backend.createVolume(folder))
  return volume
}

function deleteVolume(cloud: Cloud, volume: Volume): void {
  if (volume.droplet !== undefined)
    throw conflict("A volume that's attached to a Droplet cannot be deleted. Please detach it first before deleting.")
  cloud.volumes.remove(volume.id)
  cloud.background.start(`volume:${volume.id}`, () => cloud.backend.deleteVolume(volume.id))
}
