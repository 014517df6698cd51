import type { Catalogue } from '../cost/catalogue.ts'
import type { JsonObject } from '../json.ts'
import { catalogueProblems } from './catalogue-check.ts'
import { draftOf } from './draft.ts'
import type { Infrastructure, Resource } from './infrastructure.ts'
import type { ImageNeed, SizeNeed } from './need.ts'
import { databaseSizes, imageFor, imageSlugs, machineSizes, type Offer, sizeFor } from './offers.ts'
import { refusal } from './problems.ts'

/**
 * The same infrastructure with every need replaced by the slug that meets it: the cheapest size (then the one with more
 * memory, processors and disk, then the shorter name), the newest image.
 * @throws AtlasError spec_invalid naming every region, size and image that is not offered, and every need nothing meets.
 */
export function resolveNeeds(infrastructure: Infrastructure, catalogue: Catalogue): Infrastructure {
  const problems = catalogueProblems(draftOf(infrastructure), catalogue)
  if (problems.length > 0) throw refusal(problems)
  const offers = machineSizes(catalogue, infrastructure.region)
  return {
    ...infrastructure,
    resources: infrastructure.resources.map((resource) => resolveResource(resource, catalogue, offers)),
  }
}

function resolveResource(resource: Resource, catalogue: Catalogue, offers: readonly Offer[]): Resource {
  if (resource.type !== 'machine' && resource.type !== 'database') return resource
  const { size, image, engine, num_nodes } = resource.specifications
  const resolved: JsonObject = { ...resource.specifications }
  if (isObject(size)) {
    const offered = resource.type === 'machine' ? offers : databaseSizes(catalogue, String(engine), Number(num_nodes))
    resolved.size = sizeFor(size as unknown as SizeNeed, offered)!.slug
  }
  if (isObject(image) && 'distribution' in image)
    resolved.image = imageFor(image as unknown as ImageNeed, imageSlugs(catalogue))!
  return { ...resource, specifications: resolved }
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null
