import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, integer, param, queryOf } from '../http/validation.ts'
import type { Image } from '../records/types.ts'
import { dropletSnapshotShape, volumeSnapshotShape } from '../shapes/volume.ts'
import { deleteImage } from './images.ts'

/** Snapshots of droplets (which are images too) and of volumes in one listing. */
export function snapshotRoutes(app: App, cloud: Cloud): void {
  app.get('/v2/snapshots', async (request) => {
    const { resource_type } = queryOf(request)
    const images = listed(request, cloud.images).filter(isSnapshot)
    const all = [
      ...(resource_type === 'volume' ? [] : images.map(dropletSnapshotShape)),
      ...(resource_type === 'droplet' ? [] : listed(request, cloud.volumeSnapshots).map(volumeSnapshotShape)),
    ]
    return page(request, 'snapshots', all, (snapshot) => snapshot)
  })

  app.get('/v2/snapshots/:snapshot_id', async (request) => {
    const id = param(request, 'snapshot_id')
    const image = cloud.images.get(integer(id))
    if (image && isSnapshot(image)) return { snapshot: dropletSnapshotShape(image) }
    const snapshot = cloud.volumeSnapshots.get(id)
    if (!snapshot) throw notFound()
    return { snapshot: volumeSnapshotShape(snapshot) }
  })

  app.delete('/v2/snapshots/:snapshot_id', async (request, reply) => {
    const id = param(request, 'snapshot_id')
    const image = cloud.images.get(integer(id))
    if (image && isSnapshot(image)) deleteImage(cloud, image)
    else deleteVolumeSnapshot(cloud, id)
    return reply.code(204).send()
  })
}

const isSnapshot = (image: Image): boolean => image.type === 'snapshot' && image.status !== 'deleted'

/** @throws ApiError 404 */
export function deleteVolumeSnapshot(cloud: Cloud, id: string): void {
  if (!cloud.volumeSnapshots.get(id)) throw notFound()
  cloud.volumeSnapshots.remove(id)
  cloud.background.start(`snapshot:${id}`, () => cloud.backend.deleteSnapshot(id))
}
