import type { FastifyRequest } from 'fastify'
import type { Collection } from '../records/collection.ts'

/** One page of a listing as DigitalOcean answers it: the records under `key`, `links` to the other pages, `meta`. */
export function page<T, S>(request: FastifyRequest, key: string, records: readonly T[], shape: (record: T) => S) {
  const query = request.query as Record<string, string | undefined>
  const perPage = clamp(query.per_page, 20, 200)
  const number = clamp(query.page, 1, Number.MAX_SAFE_INTEGER)
  const start = (number - 1) * perPage
  return {
    [key]: records.slice(start, start + perPage).map(shape),
    links: links(request, number, perPage, Math.ceil(records.length / perPage)),
    meta: { total: records.length },
  }
}

/** What a listing shows of a collection now: everything, unless an injected fault makes listings lag. */
export function listed<T extends { id: string | number }>(request: FastifyRequest, collection: Collection<T>): T[] {
  return collection.visible(request.listLagMs)
}

function links(request: FastifyRequest, number: number, perPage: number, last: number) {
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  const to = (target: number) => {
    url.searchParams.set('page', String(target))
    url.searchParams.set('per_page', String(perPage))
    return url.href
  }
  const pages = {
    ...(number > 1 && { first: to(1), prev: to(number - 1) }),
    ...(number < last && { next: to(number + 1), last: to(last) }),
  }
  return Object.keys(pages).length ? { pages } : {}
}

function clamp(text: string | undefined, fallback: number, max: number): number {
  const value = Number(text)
  return text === undefined || !Number.isInteger(value) || value < 1 ? fallback : Math.min(value, max)
}
