import type { FieldChange, JsonObject, Plan, ResourceType } from '@atlas/core'
import type { PlanRequest } from '../control.ts'

/** One resource of the account that is to become Atlas's. */
export interface ImportRequest {
  type: ResourceType
  /** The cloud's. */
  id: string
  /** What it is to be called here; made of its name in the cloud otherwise. */
  name?: string | undefined
}

/** What there is to import, and what an import comes to. */
export interface AdoptionControl {
  /** The plan of an import, and what its description would change afterwards: a plan without steps. */
  prove(request: Extract<PlanRequest, { kind: 'import' }>): Promise<{ plan: Plan; proof: Plan }>
  /** @throws AtlasError `not_found` */
  drift(workspace: string, idOrName: string): Promise<DriftView>
  /** Looks now. @throws AtlasError `not_found`, `operation_running`, `cloud_unavailable` after 30 seconds */
  driftNow(workspace: string, idOrName: string): Promise<DriftView>
  /** What is in the account of a cloud, by type and name, except what belongs to other workspaces. */
  account(workspace: string, provider: string, filter: AccountFilter): Promise<AccountResourceView[]>
}

/** What was found when a patrol, or somebody who asked, looked last. `lookedAt` is null where none has looked yet. */
export interface DriftView {
  infrastructure: string
  lookedAt: string | null
  findings: { resource: string; kind: 'missing' | 'failed' | 'changed'; reason: string; fields: FieldChange[] }[]
  foreign: { type: string; physicalId: string; since: string }[]
}

export interface AccountFilter {
  /** Leaves out what belongs to an infrastructure. */
  unowned: boolean
  type?: ResourceType | undefined
  tag?: string | undefined
}

export interface AccountResourceView {
  type: ResourceType
  id: string
  name: string
  region: string | null
  tags: string[]
  /** USD at list price; null where it is not known. */
  monthlyCost: number | null
  /** Whose it is, in this workspace. */
  infrastructure: string | null
  /** Why it cannot be imported. */
  whyNot?: string
  /** The description that an import would derive, ids not yet references. */
  suggested?: { type: ResourceType; name: string; specifications: JsonObject }
}
