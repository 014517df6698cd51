import { expect, test } from 'vitest'
import { originOf } from './origin.ts'

const sound = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a request with a place in a trace brings it along', () => {
  expect(originOf({ id: 'request-1', headers: { traceparent: sound } })).toEqual({
    requestId: 'request-1',
    traceparent: sound,
  })
})

test.each([
  ['nothing', undefined],
  ['another text', 'trace me'],
  ['version ff', sound.replace(/^00/, 'ff')],
  ['a trace of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['a span of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
  ['capitals', sound.toUpperCase()],
  ['a line end', `${sound}\n`],
  ['a long tail', `${sound}-${'x'.repeat(200)}`],
])('%s as traceparent is no place in a trace', (_, traceparent) => {
  expect(originOf({ id: 'request-1', headers: traceparent === undefined ? {} : { traceparent } })).toEqual({
    requestId: 'request-1',
  })
})
