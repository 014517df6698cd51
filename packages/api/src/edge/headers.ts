import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

/** What a page of another origin may read of an answer. */
const exposedHeaders = ['etag', 'location', 'ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id']

/**
 * Headers that keep a browser from doing more with an answer than show it; the pages at /docs bring a policy of their own.
 * @param origins of pages that may call the API; none: browsers let no other origin read an answer
 */
export function protectBrowsers(app: FastifyInstance, origins: readonly string[]): void {
  app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  })
  if (origins.length === 0) return
  app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    maxAge: 600,
  })
}
