import type { z } from 'zod'
import { AtlasError, type Problem } from '../errors.ts'
import { nearest } from './nearest.ts'
import { allowedFields, fieldsOf, members, schemaAt } from './schema-walk.ts'
import { isReference } from './values.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** JSON pointer (RFC 6901) of a path. */
export const pointer = (path: Path) =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const words: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** What zod expected, in words; schemas with words of their own never come here. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return words[issue.expected as string] ?? String(issue.expected)
    case 'invalid_value':
      return listed(issue.values as unknown[])
    case 'too_small':
      return `at least ${issue.minimum}${counted(issue.origin as string)}`
    case 'too_big':
      return `at most ${issue.maximum}${counted(issue.origin as string)}`
    default:
      return 'another value'
  }
}

const counted = (origin: string) => (origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '')

const listed = (values: readonly unknown[]) =>
  values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`

/** Fields whose value may hold a secret or fills the screen: only its kind is shown. */
const unshown = new Set(['user_data', 'public_key'])

/** A value as a message can show it. */
export function shown(value: unknown, path: Path = []): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  if (unshown.has(String(path.at(-1)))) return `${words[typeof value] ?? 'a value'} (not shown)`
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** A word that is not among those allowed, with the one that was probably meant. `guess: false` spares the search. */
export function unknownWord(
  path: Path,
  what: string,
  word: string,
  allowed: readonly string[],
  { guess = true } = {},
): Problem {
  const near = guess ? nearest(word, allowed) : undefined
  const few = allowed.length > 20 ? [...allowed.slice(0, 20), `… (${allowed.length} in all)`] : allowed
  return {
    where: pointer(path),
    message: `${what} "${word}" is not known`,
    found: JSON.stringify(word),
    expected: few.length ? listed(few) : 'nothing here',
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  }
}

/** What zod found, as problems: one for every wrong value and every unknown field. */
export const problemsOf = (schema: z.ZodType, input: unknown, issues: readonly Issue[]): Problem[] =>
  issues.flatMap((issue) => problemsOfIssue(schema, input, issue, []))

function problemsOfIssue(schema: z.ZodType, input: unknown, issue: Issue, base: Path): Problem[] {
  const path = [...base, ...issue.path]
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], input)
  if (issue.code === 'unrecognized_keys') {
    const allowed = allowedFields(schema, path, input)
    return issue.keys.map((key) => unknownWord([...path, key], 'The field', key, allowed))
  }
  if (issue.code === 'invalid_union')
    return 'options' in issue
      ? [wrongType(path, value, (issue.options ?? []).map(String))]
      : problemsOfUnion(schema, input, issue, path, value)
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return [unknownWord(path, 'The value', value, issue.values.map(String))]
  if (issue.code === 'invalid_key')
    return [{ where: pointer(path), message: 'The key is not accepted', expected: issue.issues[0]?.message ?? '' }]
  return [wrong(path, value, issue.message)]
}

const wrongType = (path: Path, value: unknown, types: readonly string[]) =>
  typeof value === 'string' ? unknownWord(path, 'The type', value, types) : wrong(path, value, listed(types))

const wrong = (path: Path, value: unknown, expected: string): Problem => ({
  where: pointer(path),
  message: value === undefined ? `${String(path.at(-1) ?? 'The description')} is missing` : 'The value is not accepted',
  found: shown(value, path),
  expected,
})

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>

/** Of a union's members, only the one that the value was meant for is worth telling about. */
function problemsOfUnion(schema: z.ZodType, input: unknown, issue: UnionIssue, path: Path, value: unknown): Problem[] {
  const place = schemaAt(schema, path, input)
  const direct = place ? members(place) : []
  const meant = issue.errors.filter((errors, index) => {
    const isReferenceMember = 'ref' in (fieldsOf(direct[index] ?? place!) ?? {})
    return isReferenceMember === isReference(value) && !errors.some(isTypeMismatch)
  })[0]
  if (meant) return meant.flatMap((inner) => problemsOfIssue(schema, input, inner as Issue, path))
  return [wrong(path, value, direct.map(memberWords).filter(Boolean).join(', or '))]
}

const isTypeMismatch = (issue: { code?: string | undefined; path: PropertyKey[] }) =>
  issue.code === 'invalid_type' && issue.path.length === 0

function memberWords(member: z.core.$ZodType): string {
  const fields = fieldsOf(member)
  if (!fields) return words[member._zod.def.type] ?? member._zod.def.type
  return 'ref' in fields ? 'a reference {"ref": "name.attribute"}' : `an object of ${Object.keys(fields).join(', ')}`
}

export function refusal(problems: readonly Problem[]): AtlasError {
  const first = problems[0]
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new AtlasError('spec_invalid', `${first?.where || 'The description'}: ${first?.message}${more}.`, {
    problems,
    hint: first?.hint ?? 'Change what is named above and try again.',
  })
}
