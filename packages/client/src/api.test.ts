import { expect, test } from 'vitest'
import { listed } from './api.ts'

/** 450 numbers, in pages as the server gives them. */
function counting() {
  const asked: number[] = []
  const page = async ({ limit, cursor = '0' }: { limit: number; cursor?: string }) => {
    asked.push(limit)
    const from = Number(cursor)
    const numbers = Array.from({ length: Math.min(limit, 450 - from) }, (_, n) => from + n)
    return { numbers, ...(from + limit < 450 && { next_cursor: String(from + limit) }) }
  }
  return { asked, page }
}

test.each([
  [undefined, 450, [200, 200, 200]],
  [450, 450, [200, 200, 200]],
  [300, 300, [200, 200]],
  [20, 20, [20]],
  [0, 0, []],
])('of 450, at most %s are %i, in pages of %j', async (most, length, limits) => {
  const { asked, page } = counting()
  const found = await listed(page, ({ numbers }) => numbers, most)
  expect(found).toEqual(Array.from({ length }, (_, n) => n))
  expect(asked).toEqual(limits)
})
