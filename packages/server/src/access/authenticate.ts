import { type Authenticate, type Caller, defaultWorkspace, root, rootTokenCheck, wrongToken } from '@atlas/api'
import { type Store, unknownWorkspace, type WorkspaceRecord } from '@atlas/store'
import { memoryUntil } from './memory.ts'
import { tokenCallers } from './tokens.ts'

export interface AccessParts {
  store: Pick<Store, 'tokens' | 'workspaces' | 'accessBell'>
  /** The server's own token. */
  token: string
  onTrouble(error: unknown): void
}

export interface Access {
  authenticate: Authenticate
  /** For what this process itself has changed. */
  forget(): void
  close(): Promise<void>
}

/** Everybody the server knows: its own token and the tokens of workspaces. */
export function openAccess({ store, token, onTrouble }: AccessParts): Access {
  const memory = memoryUntil(store.accessBell())
  const isRoot = rootTokenCheck(token)
  const tokens = tokenCallers(store.tokens, memory, onTrouble)
  const workspaces = memory.remembered<WorkspaceRecord>()

  async function rootIn(workspace = defaultWorkspace): Promise<Caller> {
    if (workspace !== defaultWorkspace && !(await workspaces(workspace, () => store.workspaces.find(workspace))))
      throw unknownWorkspace(workspace)
    return root(workspace)
  }

  return {
    async authenticate(bearer, workspace) {
      if (isRoot(bearer)) return rootIn(workspace)
      const caller = await tokens.recognise(bearer)
      if (!caller) throw wrongToken()
      if (workspace !== undefined && workspace !== caller.workspace) throw unknownWorkspace(workspace)
      return caller
    },
    forget: memory.forget,
    async close() {
      memory.close()
      await tokens.settled()
    },
  }
}
