import { type Authenticate, type Caller, root, rootTokenCheck, wrongToken } from '@atlas/api'
import { defaultWorkspace, type Workspace } from '@atlas/core'
import { type Store, unknownWorkspace } from '@atlas/store'
import { issuerCallers } from './issuer.ts'
import type { IssuerSettings } from './issuer-settings.ts'
import { memoryUntil } from './memory.ts'
import { tokenCallers } from './tokens.ts'

export interface AccessParts {
  store: Pick<Store, 'tokens' | 'workspaces' | 'accessBell'>
  /** The server's own token. */
  token: string
  /** Whose bearer tokens are accepted besides. */
  issuer: IssuerSettings | undefined
  onTrouble(error: unknown): void
}

export interface Access {
  authenticate: Authenticate
  /** For what this process itself has changed. */
  forget(): void
  close(): Promise<void>
}

/** Everybody the server knows: its own token, the tokens of workspaces, and whom an issuer vouches for. */
export function openAccess({ store, token, issuer, onTrouble }: AccessParts): Access {
  const memory = memoryUntil(store.accessBell())
  const isRoot = rootTokenCheck(token)
  const tokens = tokenCallers(store.tokens, memory, onTrouble)
  const vouched = issuer && issuerCallers(issuer, memory)
  const workspaces = memory.remembered<Workspace>()

  /** That of a token is there for as long as the token is good; others may name what is not. */
  async function existing(caller: Caller): Promise<Caller> {
    const { workspace, refusal } = caller
    if (refusal || workspace === defaultWorkspace) return caller
    if (await workspaces(workspace, () => store.workspaces.find(workspace))) return caller
    throw unknownWorkspace(workspace)
  }

  return {
    async authenticate(bearer, workspace) {
      if (isRoot(bearer)) return existing(root(workspace ?? defaultWorkspace))
      const known = await tokens.recognise(bearer, workspace)
      if (known) return known
      const caller = await vouched?.(bearer, workspace)
      if (!caller) throw wrongToken()
      return existing(caller)
    },
    forget: memory.forget,
    async close() {
      memory.close()
      await tokens.settled()
    },
  }
}
