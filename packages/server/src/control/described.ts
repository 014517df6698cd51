import {
  type Catalogue,
  catalogueOf,
  digitalOcean,
  type Infrastructure,
  type InUse,
  type JsonObject,
  type Owned,
  parseInfrastructure,
  resolveNeeds,
} from '@atlas/core'

export const catalogueFor = (provider: string): Catalogue => catalogueOf(provider) ?? digitalOcean

/**
 * A description as a person wrote it, held against the catalogue of its cloud; what its resources have already is right.
 * @throws AtlasError `spec_invalid`
 */
export function described(description: JsonObject, owned: readonly Owned[] = []): Infrastructure {
  const inUse: InUse = new Map(owned.map(({ resource, specifications }) => [resource, specifications]))
  const catalogue = catalogueFor(String(description.provider))
  return resolveNeeds(parseInfrastructure(description, catalogue, inUse), catalogue, inUse)
}
