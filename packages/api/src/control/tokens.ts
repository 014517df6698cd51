import type { Actor, Role } from '../caller.ts'

/** A token without its secret. Times are ISO 8601. */
export interface TokenView {
  id: string
  name: string
  role: Role
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
    wish: { name: string; role: Role; expiresAt: Date | undefined },
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
