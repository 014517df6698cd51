export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** The same value always gives the same text: keys sorted, no white space, nothing undefined. What a hash is taken of. */
export function canonical(value: Json): string {
  const seen = { odd: false }
  const twin = inOrder(value, seen)
  return seen.odd ? spelled(value) : JSON.stringify(twin)
}

/**
 * A twin with its keys in order: JSON.stringify makes its text several times as fast as we can. Keys that look like
 * numbers stand in front in any object, whatever their turn, and `__proto__` is none to set: both are `odd`.
 */
function inOrder(value: Json, seen: { odd: boolean }): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => inOrder(item, seen))
  const twin: JsonObject = {}
  for (const key of Object.keys(value).sort()) {
    if (key === '__proto__' || (key >= '0' && key < ':')) seen.odd = true
    else twin[key] = inOrder(value[key]!, seen)
  }
  return twin
}

function spelled(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${spelled(item)}`
    return `[${text}]`
  }
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) text += `${text && ','}${JSON.stringify(key)}:${spelled(member)}`
  }
  return `{${text}}`
}

/** `canonical` in pieces, for what would be one text of many megabytes: objects and lists down to `depth` are opened. */
export function* canonicalPieces(value: Json, depth = 2): Generator<string> {
  if (depth === 0 || value === null || typeof value !== 'object') return yield canonical(value)
  let separator = ''
  if (Array.isArray(value)) {
    yield '['
    for (const item of value) {
      if (separator) yield separator
      yield* canonicalPieces(item, depth - 1)
      separator = ','
    }
    return yield ']'
  }
  yield '{'
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member === undefined) continue
    yield `${separator}${JSON.stringify(key)}:`
    yield* canonicalPieces(member, depth - 1)
    separator = ','
  }
  yield '}'
}
