import { expect, test } from 'vitest'
import { z } from 'zod'
import { cursorsOf } from './page.ts'

const resources = cursorsOf('resources', z.tuple([z.string(), z.number()]))
const operations = cursorsOf('operations', z.tuple([z.string(), z.number()]))
const turned = cursorsOf('resources', z.tuple([z.number(), z.string()]))

test('a cursor leads back to where the page ended', () => {
  expect(resources.placeOf(resources.next(['wéb', 2]).next_cursor)).toEqual(['wéb', 2])
})

test.each([
  ['of another list', operations.next(['web', 2]).next_cursor],
  ['of another shape', turned.next([2, 'web']).next_cursor],
  ['that is no JSON', 'abc'],
  ['that is empty', ''],
  ['that is JSON but no list', Buffer.from('{"__proto__":1}').toString('base64url')],
])('a cursor %s is refused with what to send instead', (_, cursor) => {
  expect(() => resources.placeOf(cursor)).toThrow(
    expect.objectContaining({ code: 'usage', hint: expect.stringContaining('next_cursor') }),
  )
})
