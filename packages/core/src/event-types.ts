import { AtlasError } from './errors.ts'
import { type EventType, eventTypes } from './events.ts'
import { nearest } from './spec/nearest.ts'

const kinds = [...new Set(eventTypes.map((type) => `${type.split('.')[0]}.*`))]

/** Every word that means types of events. */
export const eventPatterns: readonly string[] = ['*', ...kinds, ...eventTypes]

/**
 * The types that are meant: by their names, all of one kind as `infrastructure.*`, or every one as `*`.
 * @returns `undefined` for every type, also those that later versions add
 * @throws AtlasError `usage` naming what matches no type
 */
export function eventTypesMatching(patterns: readonly string[]): EventType[] | undefined {
  const unknown = patterns.filter((pattern) => pattern !== '*' && !eventTypes.some(matches(pattern)))
  if (unknown.length > 0) throw noSuchTypes(unknown)
  if (patterns.length === 0 || patterns.includes('*')) return undefined
  return eventTypes.filter((type) => patterns.some((pattern) => matches(pattern)(type)))
}

const matches = (pattern: string) => (type: EventType) =>
  pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern

function noSuchTypes(unknown: string[]): AtlasError {
  const problems = unknown.map((found) => {
    const meant = nearest(found, [...eventTypes, ...kinds])
    return {
      where: 'type',
      message: `${found} is no type of event`,
      found,
      ...(meant && { hint: `did you mean ${meant}?` }),
    }
  })
  return new AtlasError('usage', problems.map(({ message }) => message).join('; '), {
    problems,
    hint: problems[0]?.hint ?? `docs/events.md lists them; ${kinds.join(', ')} stand for all of a kind`,
  })
}
