import { AtlasError, type Json, type JsonObject, type Resolved, resolve } from '@atlas/core'

/**
 * Specifications with values for references, as a driver takes them.
 * @throws AtlasError `operation_failed` where a value is not there
 */
export function withValues(
  specifications: JsonObject,
  read: (resource: string, attribute: string) => Json | undefined,
): Resolved {
  const missing: string[] = []
  const resolved = resolve(specifications, (resource, attribute) => {
    const value = read(resource, attribute)
    if (value === undefined) missing.push(`${resource}.${attribute}`)
    return value
  })
  if (missing.length === 0) return resolved
  throw new AtlasError('operation_failed', `No value yet for ${missing.join(', ')}.`, {
    hint: 'Look at what it refers to with atlas status, and apply again when the cloud has given it that value.',
  })
}
