import { type AtlasError, type Role, roles } from '@atlas/core'

/**
 * Who is behind a request: the server's own token, a token of a workspace, a person or program that an issuer vouches for,
 * or an agent, whose token says that a person approves what it asks for.
 */
export interface Actor {
  kind: 'root' | 'token' | 'oidc' | 'agent'
  id: string
  name: string
}

export interface Caller {
  workspace: string
  role: Role
  actor: Actor
  /** Known, and not let in all the same: a token that was revoked or has expired. */
  refusal?: AtlasError
}

/** What a route may ask for besides a role: `root`, the server's own token; `anyone`, nothing at all. */
export type Needed = Role | 'root' | 'anyone'

export const may = ({ role, actor }: Pick<Caller, 'role' | 'actor'>, needed: Needed): boolean => {
  if (needed === 'anyone') return true
  return needed === 'root' ? actor.kind === 'root' : roles.indexOf(role) >= roles.indexOf(needed)
}

/**
 * Who sends this bearer token, and for which workspace. `workspace` is what the request asks for by name; a token that
 * belongs to one workspace is good for no other.
 * @throws AtlasError `unauthorized`; `not_found` for a workspace that the caller cannot see; `issuer_unavailable`
 */
export type Authenticate = (bearer: string, workspace: string | undefined) => Promise<Caller>
