import type { Cloud } from '../cloud.ts'
import { publicImages } from '../data/catalogue.ts'
import type { Image } from '../records/types.ts'
import { settle } from './background.ts'

const publicById = new Map<number, Image>()
const publicBySlug = new Map<string, Image>()
for (const { id, slug, name, distribution, regions } of publicImages) {
  const image: Image = {
    id,
    slug,
    name,
    distribution,
    regions,
    type: 'base',
    public: true,
    description: '',
    tags: [],
    status: 'available',
    minDiskGb: 7,
    sizeBytes: 2.4e9,
    createdAt: Date.UTC(2026, 5, 11),
  }
  publicById.set(id, image)
  publicBySlug.set(slug, image)
}

/** By number or slug, public or private. A deleted private image is still found by number: droplets refer to it. */
export function findImage(cloud: Cloud, key: number | string): Image | undefined {
  if (typeof key === 'string' && !/^\d+$/.test(key)) return publicBySlug.get(key)
  return publicById.get(Number(key)) ?? cloud.images.get(Number(key))
}

/** A custom image is usable after a moment; also after a restart of the sandbox. */
export function importImage(cloud: Cloud, id: number): void {
  cloud.background.start(`image:${id}`, async () => {
    await settle(cloud)
    if (cloud.images.get(id)?.status === 'NEW') cloud.images.update(id, { status: 'available' })
  })
}

export const allPublicImages: readonly Image[] = [...publicById.values()]

/** The snapshots or backups of one droplet. */
export const imagesOf = (cloud: Cloud, droplet: number, type: Image['type']): Image[] =>
  cloud.images.by('droplet', droplet).filter((image) => image.type === type && image.status !== 'deleted')
