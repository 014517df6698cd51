import type { ApprovalPolicy, Workspace } from '@atlas/core'
import type { Caller } from '../caller.ts'

/** The caller is handed over whole: the server's own token sees every workspace, everybody else their own. */
export interface WorkspacesControl {
  list(caller: Caller, page: { limit: number; after?: string | undefined }): Promise<Listed>
  /** @throws AtlasError `not_found` */
  get(caller: Caller, name: string): Promise<Workspace>
  /** @throws AtlasError `already_exists` */
  create(name: string): Promise<Workspace>
  /** @throws AtlasError `not_found` */
  setApproval(caller: Caller, name: string, approval: ApprovalPolicy): Promise<Workspace>
  /** @throws AtlasError `not_found`, `not_empty` */
  remove(caller: Caller, name: string): Promise<void>
}

interface Listed {
  workspaces: Workspace[]
  next?: string
}
