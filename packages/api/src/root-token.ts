import { createHash, timingSafeEqual } from 'node:crypto'
import { AtlasError } from '@atlas/core'
import type { Authenticate, Caller } from './caller.ts'

/** The workspace of who does not ask for another. */
export const defaultWorkspace = 'default'

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * The server's own token opens every workspace as admin. Digests are compared, so that neither length nor content shows
 * in the time.
 */
export function rootToken(token: string): Authenticate {
  if (token === '') throw new AtlasError('config_invalid', 'The API was given an empty token')
  const wanted = digest(token)
  return async (bearer, workspace = defaultWorkspace): Promise<Caller> => {
    if (timingSafeEqual(digest(bearer), wanted))
      return { workspace, role: 'admin', actor: { kind: 'root', id: 'root', name: 'the server’s own token' } }
    throw new AtlasError('unauthorized', 'The token is wrong', {
      hint: 'the token is in server.json of the data folder, or in ATLAS_TOKEN',
    })
  }
}
