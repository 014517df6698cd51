import { iso } from '../clock.ts'
import type { Image } from '../records/types.ts'

export const gigabytes = (bytes: number): number => Math.round(bytes / 1e7) / 100

export function imageShape(image: Image) {
  return {
    id: image.id,
    name: image.name,
    distribution: image.distribution,
    slug: image.slug ?? null,
    public: image.public,
    regions: image.regions,
    created_at: iso(image.createdAt),
    type: image.type,
    min_disk_size: image.minDiskGb,
    size_gigabytes: gigabytes(image.sizeBytes),
    description: image.description,
    tags: image.tags,
    status: image.status,
    error_message: '',
  }
}

/** A snapshot or backup in the listings of its droplet. */
export function snapshotOfDropletShape(image: Image) {
  return {
    id: image.id,
    name: image.name,
    distribution: image.distribution,
    slug: null,
    public: false,
    created_at: iso(image.createdAt),
    regions: image.regions,
    min_disk_size: image.minDiskGb,
    size_gigabytes: gigabytes(image.sizeBytes),
    type: image.type,
  }
}
