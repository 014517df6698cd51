import type {
  Comparison,
  InfrastructureFilter,
  InfrastructureSummary,
  JsonObject,
  Observed,
  Operation,
  OperationPlace,
  OperationStep,
  Owned,
  Plan,
  PriceLine,
  ResourceFilter,
  ResourcePlace,
  Statistics,
  Transfer,
} from '@atlas/core'
import type { Actor } from './caller.ts'
import type { AdoptionControl, ImportRequest } from './control/adoption.ts'
import type { AuditControl } from './control/audit.ts'
import type { BudgetsControl } from './control/budgets.ts'
import type { CostsControl } from './control/costs.ts'
import type { CredentialsControl } from './control/credentials.ts'
import type { DeployKeysControl } from './control/deploy-keys.ts'
import type { DeploysControl, DeployWish } from './control/deploys.ts'
import type { EventControl } from './control/events.ts'
import type { Idempotency } from './control/idempotency.ts'
import type { PlanApproval, Plans } from './control/plans.ts'
import type { SecretsControl } from './control/secrets.ts'
import type { TokensControl } from './control/tokens.ts'
import type { WebhooksControl } from './control/webhooks.ts'
import type { WorkspacesControl } from './control/workspaces.ts'

/**
 * What the API needs of the rest of Atlas: the server composes it from engine, store and drivers. Everything that
 * changes the world goes plan → submit; there is no second path. Errors are AtlasErrors and become problem documents.
 */
export interface Control {
  /** Reads the cloud and the state, writes nothing. */
  plan(request: PlanRequest): Promise<Plan>
  /**
   * Plans again and refuses with `plan_stale` unless the hash is the same; then stores plan, operation, steps and job
   * in one transaction. A plan without steps finishes at once.
   */
  submit(request: PlanRequest & Approved): Promise<Operation>
  /** The operation that a submission under this key made, where there is one. */
  submittedBy(workspace: string, idempotencyKey: string): Promise<Operation | undefined>
  idempotency: Idempotency
  plans: Plans
  /** What a description costs by the price catalogue alone; no cloud is asked. @throws AtlasError spec_invalid */
  estimate(description: JsonObject, how?: { compare: boolean }): Promise<EstimateView>
  /** A page by name; `next` is there where more follow: the name to go on behind. */
  infrastructures(
    workspace: string,
    filter: InfrastructureFilter,
  ): Promise<{ found: InfrastructureSummary[]; next?: string }>
  /** By id or name. @throws AtlasError not_found */
  infrastructure(workspace: string, idOrName: string, more?: { description: boolean }): Promise<InfrastructureView>
  /** Its name, by either; nothing else of it is read. @throws AtlasError not_found */
  nameOf(workspace: string, idOrName: string): Promise<string>
  /** A page of its resources by name. */
  resources(
    workspace: string,
    idOrName: string,
    filter: ResourceFilter,
  ): Promise<{ resources: ResourceView[]; next?: ResourcePlace }>
  statistics(workspace: string): Promise<Statistics>
  /** The latest first. */
  operations(workspace: string, filter: OperationFilter): Promise<{ operations: Operation[]; next?: OperationPlace }>
  operation(workspace: string, id: string): Promise<Operation>
  steps(workspace: string, operationId: string): Promise<OperationStep[]>
  /** @throws AtlasError `not_found`; `forbidden` for an agent that did not ask for it */
  cancel(workspace: string, operationId: string, by: Actor): Promise<Operation>
  audit: AuditControl
  adoption: AdoptionControl
  workspaces: WorkspacesControl
  tokens: TokensControl
  events: EventControl
  webhooks: WebhooksControl
  costs: CostsControl
  budgets: BudgetsControl
  credentials: CredentialsControl
  secrets: SecretsControl
  deployKeys: DeployKeysControl
  deploys: DeploysControl
  /** Each as the workspace's own credential finds it. */
  providers(workspace: string): Promise<ProviderView[]>
  health(): Promise<HealthView>
}

export type PlanRequest =
  /** `description` as a person wrote it: requirement 5's JSON. */
  | { workspace: string; kind: 'apply'; description: JsonObject }
  | { workspace: string; kind: 'destroy'; infrastructure: string }
  | { workspace: string; kind: 'repair'; infrastructure: string }
  | { workspace: string; kind: 'rollback'; operation: string }
  | { workspace: string; kind: 'deploy'; deploy: DeployWish }
  /** Everything stays in the cloud and is nobody's again. */
  | { workspace: string; kind: 'release'; infrastructure: string }
  /** Into an infrastructure that exists, or a new one of that name. */
  | {
      workspace: string
      kind: 'import'
      infrastructure: string
      provider?: string | undefined
      region?: string | undefined
      resources: ImportRequest[]
    }

export interface Approved extends PlanApproval {
  /** Left out of a deploy: whatever the plan says. Where its environment is busy, it waits and is planned anew then. */
  planHash?: string
}

export interface OperationFilter {
  /** By id or name; an unknown one is an error rather than an empty list. */
  infrastructure?: string
  status?: Operation['status']
  kind?: Operation['kind']
  limit: number
  after?: OperationPlace
}

/** List prices in USD for a month of use, before tax. What has no sourced price is named and not in the sums. */
export interface EstimateView {
  monthly: number
  catalogueDate: string
  unpriced: string[]
  transfer: Transfer
  /** A last one of type `transfer` is named like the infrastructure: what its machines have included, and what is beyond. */
  resources: { resource: string; type: string; monthly: number | null; lines: PriceLine[] }[]
  /** Where it was asked for: the same need at every provider whose prices are known, the described one first. */
  comparison?: Comparison[]
}

export interface InfrastructureView extends InfrastructureSummary {
  resources: ResourceView[]
  /** As last carried out; only where it was asked for. */
  description?: JsonObject | null
}

/** A resource with what Atlas saw of it last. `ssh` is there for a machine that can be reached. */
export type ResourceView = Owned & {
  phase: Observed['phase'] | 'unknown' | 'missing'
  attributes: JsonObject
  monthlyCost: number | null
  observedAt: string | null
  ssh?: { host: string; port: number; user: string; knownHosts?: string; identityFile?: string }
}

export interface ProviderView {
  name: string
  /** `https://api.digitalocean.com` or the sandbox's address. */
  endpoint: string
  account: string | null
  sandbox: boolean
  status: 'connected' | 'no_credential' | 'unreachable'
  /** What to do about a status other than `connected`. */
  hint?: string
  resourceTypes: string[]
  regions: string[]
  catalogueDate: string
}

export interface HealthView {
  /** `draining`: it was asked to end, and is no place for new requests. */
  status: 'ok' | 'degraded' | 'draining'
  version: string
  uptimeSeconds: number
  database: 'ok' | 'unreachable'
  workers: number
  queued: number
  running: number
}
