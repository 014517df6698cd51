import { AtlasError } from '@atlas/core'
import { z } from 'zod'

/** What every list takes. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('At most so many'),
  cursor: z.string().min(1).optional().describe('`next_cursor` of the page before'),
})

export const nextCursor = z.string().optional().describe('Where more follow: the `cursor` of the next page')

/**
 * Where a page of a list ends, as a word that says nothing to the caller. It holds the sorting key of the last row, not its
 * number, so what is made or removed meanwhile shifts nothing.
 */
export const cursorsOf = <Place extends readonly (string | number)[]>(list: string, place: z.ZodType<Place>) => ({
  /** @throws AtlasError `usage` for what did not come from the same list */
  placeOf(cursor: string): Place {
    const [of, ...rest] = opened(cursor)
    const parsed = place.safeParse(rest)
    if (of === list && parsed.success) return parsed.data
    throw new AtlasError(
      'usage',
      `The cursor ${JSON.stringify(cursor.slice(0, 100))} is none of the list of ${list}.`,
      {
        hint: 'send `next_cursor` of the page before, unchanged, or leave `cursor` out to begin anew',
      },
    )
  },
  /** For an answer behind which more follow. */
  next: (last: Place) => ({ next_cursor: Buffer.from(JSON.stringify([list, ...last])).toString('base64url') }),
})

function opened(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
