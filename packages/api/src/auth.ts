import { createHash, timingSafeEqual } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import type { FastifyRequest } from 'fastify'

/** The one workspace there is until tokens carry their own. */
export const workspace = 'default'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Refuses a request without the token. Digests are compared, so that neither length nor content shows in the time. */
export function requireToken(token: string) {
  if (token === '') throw new AtlasError('config_invalid', 'The API was given an empty token')
  const wanted = digest(token)
  return async (request: FastifyRequest): Promise<void> => {
    const given = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) return
    throw new AtlasError(
      'unauthorized',
      given === undefined ? 'The request has no bearer token' : 'The token is wrong',
      {
        hint: 'send `Authorization: Bearer <token>`; the token is in server.json of the data folder, or in ATLAS_TOKEN',
      },
    )
  }
}
