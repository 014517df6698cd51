import { iso } from '../clock.ts'
import { regionOf } from '../data/catalogue.ts'
import type { Image, Volume, VolumeSnapshot } from '../records/types.ts'
import { gigabytes } from './image.ts'

export function volumeShape(volume: Volume) {
  return {
    id: volume.id,
    region: regionOf(volume.region),
    droplet_ids: volume.droplet === undefined ? [] : [volume.droplet],
    name: volume.name,
    description: volume.description,
    size_gigabytes: volume.sizeGb,
    created_at: iso(volume.createdAt),
    filesystem_type: volume.filesystem,
    filesystem_label: volume.label,
    tags: volume.tags,
  }
}

export function volumeSnapshotShape(snapshot: VolumeSnapshot) {
  return {
    id: snapshot.id,
    name: snapshot.name,
    created_at: iso(snapshot.createdAt),
    regions: [snapshot.region],
    resource_id: snapshot.volume,
    resource_type: 'volume',
    min_disk_size: snapshot.sizeGb,
    // What is billed, which for volumes goes by GiB.
    size_gigabytes: Math.round((snapshot.sizeBytes / 2 ** 30) * 100) / 100,
    tags: snapshot.tags,
  }
}

/** A droplet's snapshot where it is listed beside those of volumes. */
export function dropletSnapshotShape(image: Image) {
  return {
    id: String(image.id),
    name: image.name,
    created_at: iso(image.createdAt),
    regions: image.regions,
    resource_id: String(image.droplet ?? ''),
    resource_type: 'droplet',
    min_disk_size: image.minDiskGb,
    size_gigabytes: gigabytes(image.sizeBytes),
    tags: image.tags,
  }
}
