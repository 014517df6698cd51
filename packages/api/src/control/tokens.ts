import type { Actor, Role } from '../caller.ts'

/** A token without its secret. Times are ISO 8601. */
export interface TokenView {
  id: string
  name: string
  role: Role
  /** `required`: it is an agent's, and people approve what it asks for. */
  approval: 'none' | 'required'
  prefix: string
  createdBy: string
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  revokedAt: string | null
}

/** The API tokens of one workspace. */
export interface TokensControl {
  /** The secret is given out here and never again. */
  create(
    workspace: string,
    wish: Pick<TokenView, 'name' | 'role' | 'approval'> & { expiresAt: Date | undefined },
    by: Actor,
  ): Promise<{ token: TokenView; secret: string }>
  list(
    workspace: string,
    page: { limit: number; before?: string | undefined },
  ): Promise<{ tokens: TokenView[]; next?: string }>
  /** @throws AtlasError `not_found` */
  get(workspace: string, id: string): Promise<TokenView>
  /** @throws AtlasError `not_found` */
  revoke(workspace: string, id: string): Promise<TokenView>
}
