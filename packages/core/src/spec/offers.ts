import type { Catalogue } from '../cost/catalogue.ts'
import type { JsonObject } from '../json.ts'
import type { ImageNeed, SizeNeed } from './need.ts'

/** A size that can be had, as far as choosing needs it; `monthly` is `Infinity` where no price is known. */
export interface Offer {
  slug: string
  vcpus: number
  memory_mb: number
  disk_gb: number
  monthly: number
}

/** Specifications as they were last carried out, by resource: what each has already. */
export type InUse = ReadonlyMap<string, JsonObject>

export const nothingInUse: InUse = new Map()

/** Machine sizes of a region. A need is never met by a GPU: who wants one names it. */
export const machineSizes = ({ sizes }: Catalogue, region?: string): Offer[] =>
  [...sizes.values()].filter((size) => !size.regions || region === undefined || size.regions.includes(region))

/** Sizes that a database of so many nodes can have: those the cloud lists and those with a known price. */
export function databaseSizes({ databases, items }: Catalogue, engine: string, nodes: number): Offer[] {
  const key = { postgresql: 'pg', redis: 'valkey' }[engine] ?? engine
  const listed = databases.get(key)?.sizes[String(nodes)] ?? []
  return listed.map((slug) => {
    const item = items.get(`database.${key}.${slug}.1node`)
    const [, vcpus, gb] = /-(\d+)vcpu-(\d+)gb/.exec(slug) ?? []
    return {
      slug,
      vcpus: item?.vcpus ?? Number(vcpus),
      memory_mb: item?.memory_mb ?? Number(gb) * 1024,
      disk_gb: item?.min_disk_gib ?? 0,
      monthly: item?.price ?? Number.POSITIVE_INFINITY,
    }
  })
}

const better = (a: Offer, b: Offer) =>
  (a.monthly === b.monthly ? 0 : a.monthly - b.monthly) ||
  (Number.isFinite(a.monthly) ? b.memory_mb - a.memory_mb : a.memory_mb - b.memory_mb) ||
  b.vcpus - a.vcpus ||
  b.disk_gb - a.disk_gb ||
  a.slug.length - b.slug.length ||
  (a.slug < b.slug ? -1 : 1)

/**
 * What is there already as long as it has enough, so that a cheaper one on the price list resizes nothing; else the
 * cheapest that has enough; without any known price, the smallest.
 */
export const sizeFor = (need: SizeNeed, offers: readonly Offer[], has?: unknown): Offer | undefined => {
  const enough = offers.filter(
    (offer) =>
      !offer.slug.startsWith('gpu-') &&
      offer.vcpus >= need.vcpus &&
      offer.memory_mb >= need.memory_gb * 1024 &&
      offer.disk_gb >= (need.disk_gb ?? 0),
  )
  return enough.find(({ slug }) => slug === has) ?? enough.toSorted(better)[0]
}

export const imageSlugs = ({ images }: Catalogue): string[] =>
  [...images.values()].filter((image) => image.status === 'listed').map((image) => image.slug)

/**
 * The newest image of a distribution; a version may be given in part: `24` is met by 24.04. An image in use that meets
 * the need stays: a newer one must not replace machines by itself.
 */
export function imageFor(need: ImageNeed, slugs: readonly string[], has?: unknown): string | undefined {
  if (typeof has === 'string' && imageFor(need, [has])) return has
  const wanted = need.version?.split('.') ?? []
  const versions = slugs.flatMap((slug) => {
    const [, distribution, version] = /^(.+?)-(\d+(?:-\d+)*)-x64$/.exec(slug) ?? []
    const parts = version?.split('-') ?? []
    const meets =
      distribution === need.distribution.toLowerCase() && wanted.every((part, n) => Number(part) === Number(parts[n]))
    return meets ? [{ slug, parts: parts.map(Number) }] : []
  })
  return versions.toSorted((a, b) => b.parts[0]! - a.parts[0]! || (b.parts[1] ?? 0) - (a.parts[1] ?? 0))[0]?.slug
}
