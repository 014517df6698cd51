import type { TokensControl } from '@atlas/api'
import { AtlasError } from '@atlas/core'
import type { Store } from '@atlas/store'
import { newSecret } from '../access/secret.ts'

export interface TokensParts {
  store: Pick<Store, 'tokens'>
  forget(): void
}

export const tokensControl = ({ store: { tokens }, forget }: TokensParts): TokensControl => ({
  async create(workspace, { name, role, approval, expiresAt }, by) {
    if (role === 'admin' && approval === 'required')
      throw new AtlasError(
        'usage',
        'An agent cannot be an admin: it could make itself a token that needs no approval.',
        {
          hint: 'give it the role operator, or viewer',
        },
      )
    if (expiresAt && expiresAt.getTime() <= Date.now())
      throw new AtlasError('usage', `The token would have expired already, at ${expiresAt.toISOString()}.`, {
        hint: 'give a time to come as expires_at, or none',
      })
    const { secret, prefix, digest } = newSecret()
    const what = { workspace, name, role, approval, expiresAt, createdBy: by.name }
    const token = await tokens.create({ ...what, prefix, digest })
    return { token, secret }
  },
  list: (workspace, page) => tokens.list(workspace, page),
  get: (workspace, id) => tokens.get(workspace, id),
  async revoke(workspace, id) {
    const revoked = await tokens.revoke(workspace, id)
    forget()
    return revoked
  },
})
