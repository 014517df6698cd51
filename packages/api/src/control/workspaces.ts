import type { ApprovalPolicy } from '@atlas/core'
import type { Caller } from '../caller.ts'

export interface WorkspaceView {
  name: string
  /** Whose plans somebody else has to approve. */
  approval: ApprovalPolicy
  createdAt: string
}

/** The caller is handed over whole: the server's own token sees every workspace, everybody else their own. */
export interface WorkspacesControl {
  list(caller: Caller, page: { limit: number; after?: string | undefined }): Promise<Listed>
  /** @throws AtlasError `not_found` */
  get(caller: Caller, name: string): Promise<WorkspaceView>
  /** @throws AtlasError `already_exists` */
  create(name: string): Promise<WorkspaceView>
  /** @throws AtlasError `not_found` */
  setApproval(caller: Caller, name: string, approval: ApprovalPolicy): Promise<WorkspaceView>
  /** @throws AtlasError `not_found`, `not_empty` */
  remove(caller: Caller, name: string): Promise<void>
}

interface Listed {
  workspaces: WorkspaceView[]
  next?: string
}
