import type { Json, JsonObject } from '../json.ts'
import { splitReference } from '../spec/references.ts'
import { isReference } from '../spec/values.ts'
import type { Unknown } from './types.ts'

const isUnknown = (value: unknown): value is Unknown => typeof value === 'object' && value !== null && '$after' in value

/**
 * Specifications whose references are values. `read` gives the value of an attribute, or `undefined` where it is known
 * only after an earlier step: then `{ "$after": "web1.id" }` stands there.
 */
export function resolve(
  specifications: JsonObject,
  read: (resource: string, attribute: string) => Json | undefined,
): JsonObject {
  return resolveValue(specifications, read) as JsonObject
}

function resolveValue(value: Json, read: (resource: string, attribute: string) => Json | undefined): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, read))
  if (isReference(value)) {
    const { resource, attribute } = splitReference(value.ref)
    return read(resource, attribute) ?? { $after: value.ref }
  }
  const resolved: JsonObject = {}
  for (const [key, item] of Object.entries(value)) if (item !== undefined) resolved[key] = resolveValue(item, read)
  return resolved
}

/** Every `name.attribute` that a resolved value still waits for. */
export function unknowns(value: Json, found: string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return found
  if (isUnknown(value)) found.push(value.$after)
  else for (const item of Object.values(value)) unknowns(item, found)
  return found
}

/** Names of the resources whose attributes a resolved value still waits for. */
export const awaited = (value: Json): Set<string> =>
  new Set(unknowns(value).map((reference) => splitReference(reference).resource))

/** Specifications without the references to some resources: fields are left out, entries of lists too. */
export function without(specifications: JsonObject, resources: ReadonlySet<string>): JsonObject {
  const refersThere = (value: Json) => isReference(value) && resources.has(splitReference(value.ref).resource)
  const strip = (value: Json): Json => {
    if (typeof value !== 'object' || value === null || isReference(value)) return value
    if (Array.isArray(value)) return value.filter((item) => !refersThere(item)).map(strip)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined && !refersThere(item))
        .map(([key, item]) => [key, strip(item)]),
    )
  }
  return strip(specifications) as JsonObject
}
