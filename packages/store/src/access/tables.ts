import type { ApprovalPolicy, Role } from '@atlas/core'
import type { ColumnType, Generated } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface AccessTables {
  workspace: WorkspaceTable
  api_token: TokenTable
}

interface WorkspaceTable {
  name: string
  /** Whose plans somebody else has to approve. */
  approval: Generated<ApprovalPolicy>
  created_at: Time
  deleted_at: TimeOrNull
}

interface TokenTable {
  no: ColumnType<string, never, never>
  id: Generated<string>
  workspace: string
  name: string
  role: Role
  /** Whether what it asks for has to be approved by a person. */
  approval: Generated<'none' | 'required'>
  prefix: string
  digest: Buffer
  created_by: string
  created_at: Time
  expires_at: ColumnType<Date | null, Date | null, never>
  last_used_at: TimeOrNull
  revoked_at: TimeOrNull
}
