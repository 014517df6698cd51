import type { AtlasEvent, JsonObject, Observed, Operation, OperationStep, Owned, Plan, PriceLine } from '@atlas/core'
import type { Actor } from './caller.ts'

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
  submit(request: PlanRequest & { planHash: string; consent: readonly string[]; by: Actor }): Promise<Operation>
  /** What a description costs by the price catalogue alone; no cloud is asked. @throws AtlasError spec_invalid */
  estimate(description: JsonObject): Promise<EstimateView>
  infrastructures(workspace: string): Promise<InfrastructureView[]>
  /** By id or name. @throws AtlasError not_found */
  infrastructure(workspace: string, idOrName: string): Promise<InfrastructureView>
  operations(workspace: string, filter: { infrastructure?: string; limit?: number }): Promise<Operation[]>
  operation(workspace: string, id: string): Promise<Operation>
  steps(workspace: string, operationId: string): Promise<OperationStep[]>
  cancel(workspace: string, operationId: string): Promise<Operation>
  /** Events after `afterId`, then live ones until the signal fires; no gap, no duplicate. */
  events(
    workspace: string,
    filter: { afterId: number; operation?: string; infrastructure?: string },
    signal: AbortSignal,
  ): AsyncIterable<AtlasEvent>
  providers(): Promise<ProviderView[]>
  health(): Promise<HealthView>
}

export type PlanRequest =
  /** `description` as a person wrote it: requirement 5's JSON. */
  | { workspace: string; kind: 'apply'; description: JsonObject }
  | { workspace: string; kind: 'destroy'; infrastructure: string }
  | { workspace: string; kind: 'repair'; infrastructure: string }
  | { workspace: string; kind: 'rollback'; operation: string }

/** List prices in USD for a month of use, before tax. What has no sourced price is named and not in the sums. */
export interface EstimateView {
  monthly: number
  catalogueDate: string
  unpriced: string[]
  /** A last one of type `transfer` is named like the infrastructure: what its machines have included, and what is beyond. */
  resources: { resource: string; type: string; monthly: number | null; lines: PriceLine[] }[]
}

export interface InfrastructureView {
  id: string
  name: string
  provider: string
  account: string
  region: string
  revision: number
  status: 'new' | 'changing' | 'ready' | 'degraded' | 'destroyed'
  monthlyCost: number
  tags: Record<string, string>
  resources: ResourceView[]
  createdAt: string
  updatedAt: string
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
  status: 'ok' | 'degraded'
  version: string
  uptimeSeconds: number
  database: 'ok' | 'unreachable'
  workers: number
  queued: number
  running: number
}
