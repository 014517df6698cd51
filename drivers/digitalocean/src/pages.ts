/** The most that DigitalOcean gives on one page. */
const perPage = 200
/** Pages asked for at once, when the first has told how many there are. */
const together = 4

export interface Page<T> {
  items: readonly T[]
  total: number
}

/**
 * Every item of a listing in as few calls as the cloud allows: 10,000 in 50. Items that come or go meanwhile may show
 * twice or not at all: that something is missing is only ever concluded from a read by its id.
 */
export async function* pages<T>(
  page: (query: { page: number; per_page: number }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  const first = await page({ page: 1, per_page: perPage })
  yield* first.items
  let last = Math.ceil(first.total / perPage)
  for (let next = 2; next <= last; ) {
    const numbers = Array.from({ length: Math.min(together, last - next + 1) }, (_, n) => next + n)
    const batch = await Promise.all(numbers.map((number) => page({ page: number, per_page: perPage })))
    for (const { items } of batch) yield* items
    last = Math.ceil(batch.at(-1)!.total / perPage)
    next += batch.length
  }
}
