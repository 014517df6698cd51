import { canonical, type Json, type JsonObject } from '../json.ts'

const longestEntry = 80
const mostEntries = 6

/**
 * What is different between two lists, for a reason: `+ 203.0.113.9/32, - 203.0.113.7/32`. Entries with fields that are as
 * many as before are told by what of each is different: `tcp 22 sources addresses + …`. Pure.
 */
export function listChange(from: readonly Json[], to: readonly Json[]): string {
  const gone = without(from, to)
  const added = without(to, from)
  const areOthers = gone.length === added.length && [...gone, ...added].every(isFields)
  const told = areOthers
    ? gone.map((one, n) => fieldsChange(one as JsonObject, added[n] as JsonObject))
    : [...added.map((one) => `+ ${words(one)}`), ...gone.map((one) => `- ${words(one)}`)]
  if (told.length === 0) return 'another order'
  const more = told.length - mostEntries
  return [...told.slice(0, mostEntries), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

function fieldsChange(from: JsonObject, to: JsonObject): string {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  const isSame = (name: string) => text(from[name]) === text(to[name])
  const known = names.filter((name) => isSame(name) && !isDeep(from[name] ?? null)).map((name) => String(from[name]))
  const told = names.filter((name) => !isSame(name)).map((name) => `${name} ${valueChange(from[name], to[name])}`)
  return [...known, ...told].join(' ')
}

function valueChange(from: Json = null, to: Json = null): string {
  if (Array.isArray(from) && Array.isArray(to)) return listChange(from, to)
  if (isFields(from) && isFields(to)) return fieldsChange(from, to)
  return `${words(from)} → ${words(to)}`
}

const without = (all: readonly Json[], others: readonly Json[]): Json[] => {
  const known = new Set(others.map(text))
  return all.filter((one) => !known.has(text(one)))
}

/** An entry by its values alone. */
function words(value: Json): string {
  const whole = leaves(value).join(' ') || 'none'
  return whole.length > longestEntry ? `${whole.slice(0, longestEntry - 1)}…` : whole
}

function leaves(value: Json): string[] {
  if (value === null) return []
  return isDeep(value) ? Object.values(value as JsonObject).flatMap((one) => leaves(one!)) : [String(value)]
}

const isDeep = (value: Json): boolean => typeof value === 'object' && value !== null
const isFields = (value: Json): value is JsonObject => isDeep(value) && !Array.isArray(value)
const text = (value: Json | undefined) => canonical(value ?? null)
