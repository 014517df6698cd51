import { AtlasError, nearest, type Problem } from '@atlas/core'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/**
 * Refuses what a route does not know in its query: `?plna=true` must not carry out what was meant to be planned only. Health
 * is asked by whatever stands before a server, with what it likes.
 */
export function refuseUnknownQuery(app: FastifyInstance): void {
  app.addHook('preValidation', async ({ query, method, routeOptions }) => {
    const { schema, config, url } = routeOptions
    if (config.role === 'anyone') return
    const known = namesOf(schema?.querystring)
    const problems = Object.keys(query as object)
      .filter((name) => !known.includes(name))
      .map((name) => unknown(name, known))
    if (problems.length === 0) return
    throw new AtlasError(
      'usage',
      `${method} ${url} takes no ${problems.map(({ found }) => found).join(', ')} in its query`,
      {
        problems,
        hint: problems.find(({ hint }) => hint)?.hint ?? `it takes ${problems[0]!.expected}`,
      },
    )
  })
}

const namesOf = (schema: unknown): string[] => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])

function unknown(name: string, known: readonly string[]): Problem {
  const meant = nearest(name, known)
  return {
    where: `querystring/${name}`,
    message: 'is not known here',
    found: name,
    expected: known.length === 0 ? 'no query' : `one of ${known.join(', ')}`,
    ...(meant === undefined ? {} : { hint: `did you mean ${meant}?` }),
  }
}
