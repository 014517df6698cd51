import type {
  AtlasError,
  AtlasEvent,
  Budget,
  Gate,
  InfrastructureFilter,
  Judged,
  Operation,
  OperationStep,
  Plan,
  RateLimiter,
  ResourceFilter,
  Statistics,
} from '@atlas/core'
import type { Beat, JournalStore, PatrolStore } from '@atlas/engine'
import type { Tokens } from './access/tokens.ts'
import type { Workspaces } from './access/workspaces.ts'
import type { Audit } from './audit/index.ts'
import type { Holder } from './cloud/holders.ts'
import type { RateLimits } from './cloud/rate-bucket.ts'
import type { UsageSince } from './costs/usage.ts'
import type { Credentials } from './credentials/credentials.ts'
import type { SealedKeys } from './credentials/sealed-keys.ts'
import type { DeployKeys } from './deploy-keys/deploy-keys.ts'
import type { Certificates } from './deploys/certificates.ts'
import type { Deploys } from './deploys/deploys.ts'
import type { Waiting } from './deploys/in-turn.ts'
import type { Targets } from './deploys/targets.ts'
import type { EventFilter, EventPage } from './events/events.ts'
import type { Figures } from './figures.ts'
import type { Health } from './health.ts'
import type { DriftReport } from './infrastructure/drift-report.ts'
import type { InfrastructureRecord, Remembered, Which } from './infrastructure/infrastructure.ts'
import type { InfrastructurePage } from './infrastructure/page.ts'
import type { resourcePage } from './infrastructure/resource-page.ts'
import type { Bell } from './listener.ts'
import type { HeldLease } from './liveness.ts'
import type { listOperations, readPlan } from './operations/read.ts'
import type { OperationFilter } from './operations/select.ts'
import type { SubmitOptions } from './operations/submit.ts'
import type { Decision } from './plans/approvals.ts'
import type { StoredPlanFilter, storedPlanPage } from './plans/page.ts'
import type { Actor, StoredPlanRecord } from './plans/stored.ts'
import type { Queue } from './queue.ts'
import type { RequestCount } from './requests/counts.ts'
import type { idempotency } from './requests/idempotency.ts'
import type { Secrets } from './secrets/secrets.ts'
import type { Term } from './sole.ts'
import type { Deliveries } from './webhooks/deliveries.ts'
import type { Outbox } from './webhooks/outbox.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

/** Everything that lasts. One per process; several processes share one database. */
export interface Store extends JournalStore, PatrolStore {
  /** Plan, operation, steps, job and event in one transaction. */
  submit(plan: Plan, options?: SubmitOptions): Promise<Operation>
  /** The operation that a submission under this key made, where there is one. */
  submittedBy(workspace: string, idempotencyKey: string): Promise<Operation | undefined>
  /** Keeps a plan for a day, with what was asked for. */
  storePlan<Request>(plan: Plan, request: Request, maker: Actor): Promise<StoredPlanRecord<Request>>
  /** @throws AtlasError `not_found` */
  storedPlan<Request>(workspace: string, hash: string): Promise<StoredPlanRecord<Request>>
  /** What it was asked for with. @throws AtlasError `not_found` */
  plannedRequest<Request>(workspace: string, hash: string): Promise<Request>
  /** Those that are kept, the latest first. */
  storedPlans(workspace: string, filter: StoredPlanFilter): ReturnType<typeof storedPlanPage>
  /** Notes that somebody waits for the approval of a kept plan; answers the refusal that says so. */
  askApproval(workspace: string, hash: string, by: Actor): Promise<AtlasError>
  /** @throws AtlasError `not_found`, `forbidden`, `consent_required` */
  decidePlan(workspace: string, hash: string, decision: Decision): Promise<StoredPlanRecord>
  /** Requests of the API by their Idempotency-Key. */
  idempotency: ReturnType<typeof idempotency>
  cancel(workspace: string, operation: string): Promise<Operation>
  operation(workspace: string, id: string): Promise<Operation>
  /** The latest first. */
  operations(workspace: string, filter?: OperationFilter): ReturnType<typeof listOperations>
  steps(workspace: string, operation: string): Promise<OperationStep[]>
  /** The plan an operation carries out, and what was described before it: what a rollback goes back to. */
  planOf(workspace: string, operation: string): ReturnType<typeof readPlan>
  /** A page by name. */
  infrastructures(workspace: string, filter: InfrastructureFilter): Promise<InfrastructurePage>
  /** By id or name, with all its resources. @throws AtlasError `not_found` */
  infrastructure(workspace: string, idOrName: string): Promise<InfrastructureRecord>
  /** The same without them. @throws AtlasError `not_found` */
  which(workspace: string, idOrName: string): Promise<Which>
  /** What was used since a moment, for what it cost. Reads only. */
  usage(workspace: string, since: Date | 'this month'): Promise<UsageSince>
  /** A page of the resources of an infrastructure, by its id. */
  resources(infrastructureId: string, filter: ResourceFilter): ReturnType<typeof resourcePage>
  statistics(workspace: string): Promise<Statistics>
  /** What the budgets say to a plan now. Submitting judges again, and refuses. */
  gate(plan: Plan): Promise<Gate>
  /** Every budget by name, with how it stands: `block` means that nothing more would pass. */
  budgets(workspace: string): Promise<Judged[]>
  putBudget(workspace: string, budget: Budget): Promise<void>
  /** @throws AtlasError `not_found` */
  removeBudget(workspace: string, name: string): Promise<void>
  /** Judges the budgets of all workspaces, and tells of those that have passed a threshold. @returns how many */
  watchBudgets(): Promise<number>
  /** What the last patrol found of an infrastructure, by its id. */
  drift(infrastructureId: string): Promise<DriftReport>
  /** An infrastructure to look at out of turn, by its id. */
  dueNow(infrastructureId: string): Promise<Beat>
  /** Whose resources of an account are. Reads only. */
  holders(account: string, physicalIds: readonly string[]): Promise<Map<string, Holder>>
  /** What planning starts from. Reads only. */
  recall(workspace: string, infrastructure: string): Promise<Remembered | undefined>
  audit: Audit
  workspaces: Workspaces
  tokens: Tokens
  /** Rings when a token or a workspace has ended, on whatever node. */
  accessBell(): Bell
  readonly credentials: Credentials
  readonly deployKeys: DeployKeys
  readonly deploys: Deploys
  readonly secrets: Secrets
  readonly waiting: Waiting
  readonly targets: Targets
  readonly certificates: Certificates
  /** Does something in one process at a time, until the signal fires. */
  alone(signal: AbortSignal, work: (term: Term) => Promise<void>): Promise<void>
  readonly sealedKeys: SealedKeys
  /** Events after an id, then live ones until the signal fires; no gap, no duplicate. */
  events(workspace: string, filter: Following, signal: AbortSignal): AsyncIterable<AtlasEvent>
  /** The same, several at a time: those who follow in step are given the same arrays. */
  eventBatches(workspace: string, filter: Following, signal: AbortSignal): AsyncIterable<readonly AtlasEvent[]>
  eventPage(workspace: string, page: EventPage): Promise<AtlasEvent[]>
  /** Id of the newest event; 0 where there is none. */
  newestEvent(workspace: string): Promise<number>
  /** @throws AtlasError `events_gone` where events after this one are kept no more */
  checkKept(workspace: string, afterId: number): Promise<void>
  /** Tells that all is running, once in so many minutes over all servers. */
  heartbeat(workspace: string, everyMinutes: number): Promise<boolean>
  webhooks: Webhooks
  deliveries: Deliveries
  outbox: Outbox
  /** Forgets events older than so many days, and what became of them; says how many. */
  pruneEvents(days: number): Promise<number>
  health(): Promise<Health>
  /** What is counted over all nodes. */
  figures(): Promise<Figures>
  /** Tells what this node has counted of its callers, and learns what all have. */
  exchangeRequestCounts(mine: readonly RequestCount[]): Promise<RequestCount[]>
  /** The one bucket of an account, whichever worker asks. The key is shown in the database, so it holds no secret. */
  rateLimiter(key: string, limits?: Partial<RateLimits>): RateLimiter
  /** What a worker of this process needs, and the watch over the others'. Released by `release`. */
  work(): Promise<{ deliveries: Queue; lease: HeldLease; release(): Promise<void> }>
  close(): Promise<void>
}

type Following = EventFilter & { afterId: number }
