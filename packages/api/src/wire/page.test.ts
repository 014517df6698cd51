import { expect, test } from 'vitest'
import { z } from 'zod'
import { fromCursor, toCursor } from './page.ts'

const place = z.tuple([z.string(), z.number()])

test('a cursor leads back to where the page ended', () => {
  expect(fromCursor('resources', place, toCursor('resources', ['wéb', 2]))).toEqual(['wéb', 2])
})

test.each([
  ['of another list', toCursor('operations', ['web', 2])],
  ['of another shape', toCursor('resources', [2, 'web'])],
  ['that is no JSON', 'abc'],
  ['that is empty', ''],
  ['that is JSON but no list', Buffer.from('{"__proto__":1}').toString('base64url')],
])('a cursor %s is refused with what to send instead', (_, cursor) => {
  expect(() => fromCursor('resources', place, cursor)).toThrow(
    expect.objectContaining({ code: 'usage', hint: expect.stringContaining('next_cursor') }),
  )
})
