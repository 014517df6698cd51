import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { refuseLostUpdate, revisionsMeant } from './etag.ts'

const meant = (header?: string) => revisionsMeant({ raw: { headers: { 'if-match': header } } } as FastifyRequest)

test.each([
  [undefined, undefined],
  ['*', undefined],
  ['"7.abc-_1"', [7]],
  ['"7"', [7]],
  ['"7.abc", "9.def"', [7, 9]],
])('If-Match %j means the revisions %j', (header, revisions) => {
  expect(meant(header)).toEqual(revisions)
})

test.each(['W/"7.abc"', '7', '""', '"x.7"', '"7.abc', '"7" "8"', ''])('If-Match %j is the tag of nothing', (header) => {
  expect(() => meant(header)).toThrow(expect.objectContaining({ code: 'precondition_failed' }))
})

test('a change that was meant for another revision is refused, and says which there is', () => {
  const now = { infrastructure: 'shop', revision: 9 }
  expect(() => refuseLostUpdate(now, [7])).toThrow(/shop is at revision 9; the change was meant for 7/)
  refuseLostUpdate(now, [7, 9])
  refuseLostUpdate(now, undefined)
})
