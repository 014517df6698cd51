import type { Transfer } from '../cost/transfer.ts'
import type { Change, FieldChange, Risk } from '../driver.ts'
import type { JsonObject } from '../json.ts'
import type { ResourceType } from '../spec/types.ts'
import type { Deployment, Placed, Work } from './work.ts'

/** Where a value is known only after an earlier step: `{ "$after": "net.id" }`. */
export interface Unknown {
  $after: string
}

/** A resource that Atlas owns, as the store remembers it. Remembered state says what is ours; live state how it is. */
export interface Owned {
  resource: string
  type: ResourceType
  generation: number
  id: string
  physicalId: string
  /** As last applied, references unresolved. */
  specifications: JsonObject
  /** Resources it referred to: the edges of a deletion. */
  dependsOn: string[]
}

/** One cloud change. The journal runs exactly these; a replacement is two of them. */
export interface Step {
  /** Index in `plan.steps`. */
  n: number
  action: 'create' | 'update' | 'delete' | 'adopt' | 'release'
  resource: string
  type: ResourceType
  generation: number
  /** `identityHash` of that life of the resource. */
  identity: string
  /** For all but create: what it acts on. `id` is the cloud's id, `physicalId` the claim's key. */
  target?: { id: string; physicalId: string }
  /**
   * For a delete: the cloud does not have it any more. The step confirms that by a read and drops the record; where the
   * read finds it after all, nothing is deleted and the step fails with `plan_stale`.
   */
  gone?: true
  /** Why, in a sentence for a person: `web2 is in the description but not in the cloud`. */
  reason: string
  fields: FieldChange[]
  /** Part of a replacement: which half this is. */
  replaces?: 'create-first' | 'delete-first'
  /** Change of the list price, USD a month; `null` where a price is not known. */
  monthly: number | null
  risk: Risk
  /** Steps that must be done before this one. */
  dependsOn: number[]
  /** What to make; references as `{ "ref": "net.id" }`, sizes and images resolved to slugs. Empty for a delete. */
  specifications: JsonObject
  /** Resources referred to: stored with the resource as the edges of its deletion. */
  needs: string[]
}

/** What becomes of one resource: the line a person reads. */
export interface ResourcePlan {
  resource: string
  type: ResourceType
  action: 'create' | 'update' | 'replace' | 'delete' | 'unchanged' | 'forget' | 'adopt' | 'release'
  reason: string
  change?: Change
  steps: number[]
  monthlyBefore: number | null
  monthlyAfter: number | null
}

/** The exact change of one infrastructure. Pure data: renders as terminal text, JSON and Markdown; has a hash. */
export interface Plan {
  format: 1
  workspace: string
  infrastructure: string
  provider: string
  account: string
  region: string
  /**
   * `apply` brings the description about; `destroy` removes all; `rollback` undoes an operation; `repair` cures drift;
   * `import` makes ours what is there already, and changes nothing of it; `release` is its reverse; `deploy` puts a
   * release of a project on its machines.
   */
  kind: 'apply' | 'destroy' | 'rollback' | 'repair' | 'import' | 'release' | 'deploy'
  /** The operation that a rollback undoes. */
  undoes?: string
  /** Of a deploy. */
  deployment?: Deployment
  /** Of a change of machines: what is deployed on them, and where it is afterwards. */
  placed?: Placed[]
  /**
   * State revision it was made against: an apply against another is refused as stale. Of a deploy, the revision of the
   * environment that it changes.
   */
  revision: number
  /** The whole description (sizes and images resolved), stored when the operation succeeds. */
  description: JsonObject
  resources: ResourcePlan[]
  steps: Step[]
  /** What is done on machines, beside or instead of cloud changes. */
  work?: Work[]
  price: {
    currency: 'USD'
    before: number
    after: number
    change: number
    /** Items without a sourced price, so not in the sums. */
    unpriced: string[]
    /** ISO date of the price catalogue. */
    catalogueDate: string
    /** Outbound transfer once the plan is carried out. What it costs is in `after`. */
    transfer: Transfer
  }
  /** What needs consent, by resource: given by `consent: ["data-disk"]` in the request. */
  consentNeeded: { resource: string; why: string }[]
  /** Things a reader should know that are not refusals. */
  warnings: string[]
  /** SHA-256 over everything above, `revision` included. */
  hash: string
}
