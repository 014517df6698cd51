import fc from 'fast-check'

/** As much of JSON Schema as the document uses. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  items?: Schema
  pattern?: string
  format?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  minItems?: number
}

/** What breaks programs that trust their callers. */
export const nasty = [
  '',
  '\u0000',
  '\ud800',
  "' OR 1=1; DROP TABLE infrastructures; --",
  '../../../etc/passwd',
  '%00%2e%2e%2f',
  '__proto__',
  'constructor',
  'toString',
  '\r\nset-cookie: a=b',
  '$' + '{7*7}',
  'x'.repeat(5000),
  '𝔘\u202e\u0301',
  '-1',
  '1e999',
  'null',
]

export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...nasty, null, true, -1, 2 ** 53, 1e308, 0.1, [], {}, [[[]]]),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Values of a schema, with something else in one place out of twenty. */
export function valuesOf(schema: Schema, named: (ref: string) => Schema, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 19, arbitrary: asTold(schema, named, depth) }, { weight: 1, arbitrary: junk })
}

function asTold(schema: Schema, named: (ref: string) => Schema, depth: number): fc.Arbitrary<unknown> {
  const inner = (one: Schema) => valuesOf(one, named, depth + 1)
  if (depth > 8) return fc.constant(null)
  if (schema.$ref) return asTold(named(schema.$ref), named, depth)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(inner))
  const [type] = [schema.type ?? []].flat()
  if (type === 'object') return objectsOf(schema, inner)
  if (type === 'array') return fc.array(inner(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 })
  if (type === 'string') return stringsOf(schema)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer' || type === 'number') return numbersOf(schema, type)
  return type === 'null' ? fc.constant(null) : junk
}

function objectsOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  inner: (one: Schema) => fc.Arbitrary<unknown>,
) {
  const known = fc.record(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, inner(one)])), {
    requiredKeys: required,
  })
  if (typeof additionalProperties !== 'object') return known
  const more = fc.dictionary(fc.string({ maxLength: 10 }), inner(additionalProperties), { maxKeys: 2 })
  return fc.tuple(more, known).map(([some, all]) => ({ ...some, ...all }))
}

function stringsOf({ pattern, format, minLength = 0 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  if (format === 'uri')
    return fc.constantFrom('http://127.0.0.1:9/', 'http://[::1]:9/', 'file:///etc/passwd', 'http://169.254.169.254/')
  // Look-aheads, which the generator does not know, are rare.
  if (pattern && !pattern.includes('(?')) return fc.stringMatching(new RegExp(pattern))
  return fc.oneof(fc.string({ minLength, maxLength: 20 }), fc.constantFrom(...nasty))
}

function numbersOf({ minimum, exclusiveMinimum, maximum }: Schema, type: 'integer' | 'number'): fc.Arbitrary<number> {
  const min = Math.max(minimum ?? exclusiveMinimum ?? -1000, -(2 ** 31))
  const max = Math.max(min, Math.min(maximum ?? 100_000, 2 ** 31))
  return type === 'integer'
    ? fc.integer({ min: Math.ceil(min), max: Math.floor(max) })
    : fc.double({ min, max, noNaN: true, noDefaultInfinity: true })
}
