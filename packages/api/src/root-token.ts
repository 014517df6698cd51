import { createHash, timingSafeEqual } from 'node:crypto'
import { AtlasError, defaultWorkspace } from '@atlas/core'
import type { Authenticate, Caller } from './caller.ts'

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Whether a text is the server's own token. Digests are compared, so that neither length nor content shows in the time.
 */
export function rootTokenCheck(token: string): (bearer: string) => boolean {
  if (token === '') throw new AtlasError('config_invalid', 'The API was given an empty token')
  const wanted = digest(token)
  return (bearer) => timingSafeEqual(digest(bearer), wanted)
}

/** It opens every workspace, as admin. */
export const root = (workspace: string): Caller => ({
  workspace,
  role: 'admin',
  actor: { kind: 'root', id: 'root', name: 'the server’s own token' },
})

/** For a server that knows nobody else. */
export function rootToken(token: string): Authenticate {
  const isRoot = rootTokenCheck(token)
  return async (bearer, workspace = defaultWorkspace) => {
    if (isRoot(bearer)) return root(workspace)
    throw wrongToken()
  }
}

export const wrongToken = () =>
  new AtlasError('unauthorized', 'The token is wrong', {
    hint: 'the server’s own token is in server.json of its data folder; an admin of a workspace can make others',
  })
