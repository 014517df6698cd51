import type { Catalogue } from '../cost/catalogue.ts'
import type { JsonObject } from '../json.ts'
import { catalogueProblems } from './catalogue-check.ts'
import { draftOf } from './draft.ts'
import type { Infrastructure, Resource } from './infrastructure.ts'
import { isImageNeed, isSizeNeed } from './need.ts'
import {
  databaseSizes,
  type InUse,
  imageFor,
  imageSlugs,
  machineSizes,
  nothingInUse,
  type Offer,
  sizeFor,
} from './offers.ts'
import { refusal } from './problems.ts'

/**
 * The same infrastructure with every need replaced by the slug that meets it: what the resource has already where that
 * is enough, else the cheapest size (then the one with more memory, processors and disk, then the shorter name) and the
 * newest image.
 * @throws AtlasError spec_invalid naming every region, size and image that is not offered, and every need nothing meets.
 */
export function resolveNeeds(
  infrastructure: Infrastructure,
  catalogue: Catalogue,
  inUse: InUse = nothingInUse,
): Infrastructure {
  const problems = catalogueProblems(draftOf(infrastructure), catalogue, inUse)
  if (problems.length > 0) throw refusal(problems)
  const offers = machineSizes(catalogue, infrastructure.region)
  return {
    ...infrastructure,
    resources: infrastructure.resources.map((resource) =>
      resolveResource(resource, catalogue, offers, inUse.get(resource.name)),
    ),
  }
}

function resolveResource(
  resource: Resource,
  catalogue: Catalogue,
  offers: readonly Offer[],
  has: JsonObject = {},
): Resource {
  if (resource.type !== 'machine' && resource.type !== 'database') return resource
  const { size, image, engine, num_nodes } = resource.specifications
  const resolved: JsonObject = { ...resource.specifications }
  if (isSizeNeed(size)) {
    const offered = resource.type === 'machine' ? offers : databaseSizes(catalogue, String(engine), Number(num_nodes))
    resolved.size = sizeFor(size, offered, has.size)!.slug
  }
  if (isImageNeed(image)) resolved.image = imageFor(image, imageSlugs(catalogue), has.image)!
  return { ...resource, specifications: resolved }
}
