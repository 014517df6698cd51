import { expect, test } from 'vitest'
import { pages } from './pages.ts'

const listing = (all: () => readonly number[]) => {
  const asked: number[] = []
  const items = pages(async ({ page, per_page }) => {
    asked.push(page)
    return { items: all().slice((page - 1) * per_page, page * per_page), total: all().length }
  })
  return { asked, items: Array.fromAsync(items) }
}
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

test.each([
  [0, 1],
  [200, 1],
  [201, 2],
  [10_000, 50],
])('%i items take %i calls, in order', async (count, calls) => {
  const { items, asked } = listing(() => numbers(count))
  expect(await items).toEqual(numbers(count))
  expect(asked).toHaveLength(calls)
})

test('a listing that grows on the way is followed to its end', async () => {
  let reads = 0
  const { items } = listing(() => numbers(++reads > 2 ? 700 : 300))
  expect(await items).toHaveLength(700)
})
