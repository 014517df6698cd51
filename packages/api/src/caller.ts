/** What a caller may do; each may also do what stands before it. */
export const roles = ['viewer', 'operator', 'admin'] as const

export type Role = (typeof roles)[number]

/** Who is behind a request: the server's own token, a token of a workspace, or a person or program that an issuer vouches for. */
export interface Actor {
  kind: 'root' | 'token' | 'oidc'
  id: string
  name: string
}

export interface Caller {
  workspace: string
  role: Role
  actor: Actor
}

export const may = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed)

/**
 * Who sends this bearer token, and for which workspace. `workspace` is what the request asks for by name; a token that
 * belongs to one workspace is good for no other.
 * @throws AtlasError `unauthorized`, or `not_found` for a workspace that the caller cannot see
 */
export type Authenticate = (bearer: string, workspace: string | undefined) => Promise<Caller>
