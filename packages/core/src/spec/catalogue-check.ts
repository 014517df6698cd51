import type { Catalogue } from '../cost/catalogue.ts'
import type { Problem } from '../errors.ts'
import type { Draft, DraftResource } from './draft.ts'
import { databaseSizes, imageFor, imageSlugs, machineSizes, type Offer, sizeFor } from './offers.ts'
import { pointer, unknownWord } from './problems.ts'

/** Regions, sizes and images that the cloud does not offer, and needs that nothing meets. */
export function catalogueProblems(draft: Draft, catalogue: Catalogue): Problem[] {
  const machines = machineSizes(catalogue, draft.region)
  return [
    ...regionProblems(draft, catalogue),
    ...draft.resources.flatMap((each) => resourceProblems(each, machines, catalogue)),
  ]
}

function regionProblems({ region }: Draft, { regions }: Catalogue): Problem[] {
  if (region === undefined || (regions.has(region) && regions.get(region)?.available !== false)) return []
  const open = [...regions.values()].filter((each) => each.available !== false).map((each) => each.slug)
  return [unknownWord(['region'], 'The region', region, open)]
}

function resourceProblems(resource: DraftResource, machines: Offer[], catalogue: Catalogue): Problem[] {
  const { size, image, engine, num_nodes } = resource.specifications
  const path = ['resources', resource.index, 'specifications']
  if (resource.type === 'machine')
    return [...sizeProblems([...path, 'size'], size, machines), ...imageProblems([...path, 'image'], image, catalogue)]
  if (resource.type === 'database' && typeof engine === 'string')
    return sizeProblems([...path, 'size'], size, databaseSizes(catalogue, engine, Number(num_nodes ?? 1)))
  return []
}

function sizeProblems(path: (string | number)[], size: unknown, offered: readonly Offer[]): Problem[] {
  if (typeof size === 'string') {
    if (offered.some(({ slug }) => slug === size)) return []
    return [
      unknownWord(
        path,
        'The size',
        size,
        offered.map(({ slug }) => slug),
      ),
    ]
  }
  if (!isNeed(size) || sizeFor(size, offered)) return []
  const largest = offered.reduce((most, each) => (each.memory_mb > most.memory_mb ? each : most), offered[0]!)
  const found = `${size.vcpus} vCPUs and ${size.memory_gb} GiB`
  return [{ where: pointer(path), message: 'No size is so large', found, expected: `at most ${largest?.slug}` }]
}

const isNeed = (value: unknown): value is { vcpus: number; memory_gb: number; disk_gb?: number } =>
  typeof value === 'object' && value !== null && 'vcpus' in value && 'memory_gb' in value

function imageProblems(path: (string | number)[], image: unknown, catalogue: Catalogue): Problem[] {
  const slugs = imageSlugs(catalogue)
  if (typeof image === 'string') {
    if (/^\d+$/.test(image) || slugs.includes(image)) return []
    const gone = catalogue.images.get(image)?.delistedOn
    return [unknownWord(path, gone ? `Withdrawn on ${gone}, the image` : 'The image', image, slugs)]
  }
  if (typeof image !== 'object' || image === null || !('distribution' in image)) return []
  const need = image as { distribution: string; version?: string }
  if (typeof need.distribution !== 'string' || imageFor(need, slugs)) return []
  return [unknownWord(path, 'The image', `${need.distribution} ${need.version ?? ''}`.trim(), slugs)]
}
