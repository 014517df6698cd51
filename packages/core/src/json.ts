export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** The same value always gives the same text: keys sorted, no white space, nothing undefined. What a hash is taken of. */
export function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${canonical(item)}`
    return `[${text}]`
  }
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) text += `${text && ','}${JSON.stringify(key)}:${canonical(member)}`
  }
  return `{${text}}`
}

/** `canonical` in pieces, for what would be one text of many megabytes: objects and lists down to `depth` are opened. */
export function* canonicalPieces(value: Json, depth = 3): Generator<string> {
  if (depth === 0 || value === null || typeof value !== 'object') return yield canonical(value)
  const list = Array.isArray(value)
  const keys = Object.keys(value).filter((key) => (value as JsonObject)[key] !== undefined)
  yield list ? '[' : '{'
  for (const [n, key] of (list ? keys : keys.sort()).entries()) {
    yield `${n > 0 ? ',' : ''}${list ? '' : `${JSON.stringify(key)}:`}`
    yield* canonicalPieces((value as JsonObject)[key]!, depth - 1)
  }
  yield list ? ']' : '}'
}
