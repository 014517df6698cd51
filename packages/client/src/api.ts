import createFetchClient, { type Client as FetchClient } from 'openapi-fetch'
import type { paths } from './generated/api.ts'
import { answered, type Connection, headersOf } from './http.ts'
import { persist, repeatable } from './retry.ts'

/** Every route of the API, typed by its OpenAPI document: `api.GET('/api/v1/operations', { params: … })`. */
export type Api = FetchClient<paths>

/** Failures throw the AtlasError that the server met, or `server_unreachable`; what may be repeated is, a little. */
export function openApi(connection: Connection): Api {
  const { url, fetch: through = fetch } = connection
  return createFetchClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: headersOf(connection),
    fetch: (request) => {
      const once = () => answered(url, request.signal, () => through(request.clone()))
      return repeatable(request.method, request.headers) ? persist(once, request.signal) : once()
    },
  })
}

/** The body of an answer. Failures have been thrown before. */
export async function bodyOf<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

/**
 * Every item of a listing, page by page, as they are asked for:
 * `for await (const one of items((cursor) => bodyOf(api.GET(path, { params: { query: { cursor } } })), (page) => page.operations))`
 */
export async function* items<Page extends { next_cursor?: string | undefined }, Item>(
  page: (cursor: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): AsyncGenerator<Item> {
  let cursor: string | undefined
  do {
    const answer = await page(cursor)
    yield* itemsOf(answer)
    cursor = answer.next_cursor
  } while (cursor !== undefined)
}

/** What the server gives in one page at most. */
const largestPage = 200

/** Items of a listing from its beginning: all, or at most so many, in as many pages as that takes. */
export async function listed<Page extends { next_cursor?: string | undefined }, Item>(
  page: (query: { limit: number; cursor?: string }) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const found: Item[] = []
  if (most === 0) return found
  const limit = Math.min(most, largestPage)
  for await (const item of items((cursor) => page({ limit, ...(cursor !== undefined && { cursor }) }), itemsOf)) {
    found.push(item)
    if (found.length === most) break
  }
  return found
}
