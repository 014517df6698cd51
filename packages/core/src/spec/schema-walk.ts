import type { z } from 'zod'

/** What a schema says at one place of a value. Written against zod 4's `def`, the public shape of its schemas. */
type Schema = z.core.$ZodType
type Def = z.core.$ZodTypes['_zod']['def']

const defOf = (schema: Schema) => schema._zod.def as Def

/** The schema that a value must meet, without wrappers such as optional or default. */
function unwrap(schema: Schema): Schema {
  const def = defOf(schema)
  if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault') return unwrap(def.innerType)
  return def.type === 'pipe' ? unwrap(def.in) : schema
}

/** The members of a union, nested unions and wrappers included; a schema that is no union is its only member. */
export function members(schema: Schema): Schema[] {
  const def = defOf(unwrap(schema))
  return def.type === 'union' ? def.options.flatMap(members) : [unwrap(schema)]
}

export function fieldsOf(schema: Schema): Record<string, Schema> | undefined {
  const def = defOf(schema)
  return def.type === 'object' ? (def.shape as Record<string, Schema>) : undefined
}

/** The member of a union that a value was probably meant for: by its discriminator, else by having its first field. */
function memberFor(schema: Schema, value: unknown): Schema | undefined {
  const all = members(schema)
  if (all.length === 1) return all[0]
  if (Array.isArray(value)) return all.find((member) => defOf(member).type === 'array')
  if (typeof value !== 'object' || value === null) return undefined
  const objects = all.filter(fieldsOf)
  const record = value as Record<string, unknown>
  const byType = objects.find((member) => {
    const type = fieldsOf(member)?.type
    return type && unwrap(type)._zod.values?.has(record.type as string)
  })
  const shared = (member: Schema) => Object.keys(fieldsOf(member)!).filter((field) => field in record).length
  return byType ?? objects.toSorted((a, b) => shared(b) - shared(a))[0]
}

/** The schema of the place that a path of keys and indexes leads to. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[], value: unknown): Schema | undefined {
  const [key, ...rest] = path
  if (key === undefined) return schema
  const holder = memberFor(schema, value)
  if (!holder) return undefined
  const def = defOf(holder)
  const inner = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  if (def.type === 'array') return schemaAt(def.element, rest, inner)
  if (def.type === 'record') return schemaAt(def.valueType, rest, inner)
  const field = fieldsOf(holder)?.[String(key)]
  return field && schemaAt(field, rest, inner)
}

/** The fields that an object at this place may have. */
export function allowedFields(schema: Schema, path: readonly PropertyKey[], root: unknown): string[] {
  const place = schemaAt(schema, path, root)
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], root)
  const holder = place && memberFor(place, value)
  return holder ? Object.keys(fieldsOf(holder) ?? {}) : []
}
