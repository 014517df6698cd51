import type { ApprovalPolicy } from './plan/approval.ts'

/** What a caller may do; each may also do what stands before it. */
export const roles = ['viewer', 'operator', 'admin'] as const

export type Role = (typeof roles)[number]

/** The team that something belongs to. Times are ISO 8601. */
export interface Workspace {
  name: string
  /** Whose plans somebody else has to approve. */
  approval: ApprovalPolicy
  createdAt: string
}

/** A token of the API: never the token itself. Times are ISO 8601. */
export interface Token {
  id: string
  workspace: string
  name: string
  role: Role
  /** `required`: it is an agent's, and a person approves what it asks for. */
  approval: 'none' | 'required'
  prefix: string
  createdBy: string
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  revokedAt: string | null
}
