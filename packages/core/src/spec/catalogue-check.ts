import type { Catalogue } from '../cost/catalogue.ts'
import type { Problem } from '../errors.ts'
import type { Draft, DraftResource } from './draft.ts'
import { isImageNeed, isSizeNeed } from './need.ts'
import { databaseSizes, type InUse, imageFor, imageSlugs, machineSizes, type Offer, sizeFor } from './offers.ts'
import { pointer, unknownWord } from './problems.ts'

type Path = (string | number)[]

/**
 * Regions, sizes and images that the cloud does not offer, and needs that nothing meets. What a resource has already is
 * right for it: what is not sold any more still runs.
 */
export function catalogueProblems(draft: Draft, catalogue: Catalogue, inUse: InUse): Problem[] {
  const machines = machineSizes(catalogue, draft.region)
  return [
    ...(inUse.size > 0 ? [] : regionProblems(draft, catalogue)),
    ...draft.resources.flatMap((each) => resourceProblems(each, machines, catalogue, inUse.get(each.name ?? ''))),
  ]
}

function regionProblems({ region }: Draft, { regions }: Catalogue): Problem[] {
  if (region === undefined || (regions.has(region) && regions.get(region)?.available !== false)) return []
  const open = [...regions.values()].filter((each) => each.available !== false).map((each) => each.slug)
  return [unknownWord(['region'], 'The region', region, open)]
}

function resourceProblems(
  resource: DraftResource,
  machines: Offer[],
  catalogue: Catalogue,
  has: { size?: unknown; image?: unknown } = {},
): Problem[] {
  const { size, image, engine, num_nodes } = resource.specifications
  const path = ['resources', resource.index, 'specifications']
  const sizes = (offered: readonly Offer[]) => (size === has.size ? [] : sizeProblems([...path, 'size'], size, offered))
  if (resource.type === 'machine')
    return [...sizes(machines), ...(image === has.image ? [] : imageProblems([...path, 'image'], image, catalogue))]
  if (resource.type === 'database' && typeof engine === 'string')
    return sizes(databaseSizes(catalogue, engine, Number(num_nodes ?? 1)))
  return []
}

function sizeProblems(path: Path, size: unknown, offered: readonly Offer[]): Problem[] {
  if (typeof size === 'string') {
    if (offered.some(({ slug }) => slug === size)) return []
    const slugs = offered.map(({ slug }) => slug)
    return [unknownWord(path, 'The size', size, slugs)]
  }
  if (!isSizeNeed(size) || sizeFor(size, offered)) return []
  const largest = offered.reduce((most, each) => (each.memory_mb > most.memory_mb ? each : most), offered[0]!)
  const found = `${size.vcpus} vCPUs and ${size.memory_gb} GiB`
  return [{ where: pointer(path), message: 'No size is so large', found, expected: `at most ${largest?.slug}` }]
}

function imageProblems(path: Path, image: unknown, catalogue: Catalogue): Problem[] {
  const slugs = imageSlugs(catalogue)
  if (typeof image === 'string') {
    if (/^\d+$/.test(image) || slugs.includes(image)) return []
    const gone = catalogue.images.get(image)?.delistedOn
    return [unknownWord(path, gone ? `Withdrawn on ${gone}, the image` : 'The image', image, slugs)]
  }
  if (!isImageNeed(image) || imageFor(image, slugs)) return []
  return [unknownWord(path, 'The image', `${image.distribution} ${image.version ?? ''}`.trim(), slugs)]
}
