import type { Token } from '@atlas/core'
import type { Actor } from '../caller.ts'

/** The API tokens of one workspace. */
export interface TokensControl {
  /** The secret is given out here and never again. */
  create(
    workspace: string,
    wish: Pick<Token, 'name' | 'role' | 'approval'> & { expiresAt: Date | undefined },
    by: Actor,
  ): Promise<{ token: Token; secret: string }>
  list(
    workspace: string,
    page: { limit: number; before?: string | undefined },
  ): Promise<{ tokens: Token[]; next?: string }>
  /** @throws AtlasError `not_found` */
  get(workspace: string, id: string): Promise<Token>
  /** @throws AtlasError `not_found` */
  revoke(workspace: string, id: string): Promise<Token>
}
