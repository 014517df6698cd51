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
import { type Tokens, tokens } from './access/tokens.ts'
import { type Workspaces, workspaces } from './access/workspaces.ts'
import { type Audit, openAudit } from './audit/index.ts'
import { judge, swept } from './cloud/claims.ts'
import { type Holder, holders } from './cloud/holders.ts'
import { due, dueNow, saw } from './cloud/patrol.ts'
import { type RateLimits, rateLimiter } from './cloud/rate-bucket.ts'
import { type Connection, connect } from './connection.ts'
import { putBudget, removeBudget } from './costs/budgets.ts'
import { gateFor, standings } from './costs/gate.ts'
import { type UsageSince, usageSince } from './costs/usage.ts'
import { watchBudgets } from './costs/watch.ts'
import { type Credentials, credentials } from './credentials/credentials.ts'
import { type SealedKeys, sealedKeys } from './credentials/sealed-keys.ts'
import { type DeployKeys, deployKeys } from './deploy-keys/deploy-keys.ts'
import { type Certificates, certificates } from './deploys/certificates.ts'
import { type Deploys, deploys } from './deploys/deploys.ts'
import { type Waiting, waiting } from './deploys/in-turn.ts'
import { type Targets, targets } from './deploys/targets.ts'
import { type EventFilter, type EventPage, newestEvent, readPage } from './events/events.ts'
import { heartbeat } from './events/heartbeat.ts'
import { eventHub } from './events/hub.ts'
import { checkKept, pruneEvents } from './events/retention.ts'
import { type Figures, readFigures } from './figures.ts'
import { type Health, readHealth } from './health.ts'
import { type DriftReport, driftReport } from './infrastructure/drift-report.ts'
import {
  type InfrastructureRecord,
  infrastructureReader,
  type Remembered,
  recall,
  type Which,
  which,
} from './infrastructure/infrastructure.ts'
import { type InfrastructurePage, infrastructurePages } from './infrastructure/page.ts'
import { resourcePage } from './infrastructure/resource-page.ts'
import { statistics } from './infrastructure/statistics.ts'
import { takeOver } from './journal.ts'
import { type Bell, listen } from './listener.ts'
import { type HeldLease, holdLease } from './liveness.ts'
import { migrate } from './migrate.ts'
import {
  cancel,
  listOperations,
  type OperationFilter,
  readOperation,
  readPlan,
  readSteps,
  submittedBy,
} from './operations/read.ts'
import { type SubmitOptions, submit } from './operations/submit.ts'
import { askApproval, type Decision, decidePlan } from './plans/approvals.ts'
import { type StoredPlanFilter, storedPlanPage } from './plans/page.ts'
import { type Actor, readPlannedRequest, readStoredPlan, type StoredPlanRecord, storePlan } from './plans/stored.ts'
import { operationQueue, type Queue } from './queue.ts'
import { exchangeRequestCounts, type RequestCount } from './requests/counts.ts'
import { idempotency } from './requests/idempotency.ts'
import { type Secrets, secrets } from './secrets/secrets.ts'
import { alone, type Term } from './sole.ts'
import { channels } from './statements.ts'
import { explained } from './trouble.ts'
import { watch } from './watcher.ts'
import { type Deliveries, deliveries } from './webhooks/deliveries.ts'
import { type Outbox, outbox } from './webhooks/outbox.ts'
import { type Webhooks, webhooks } from './webhooks/webhooks.ts'

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

export interface StoreOptions {
  /** Told of what passes by itself: a database that is away for a while. */
  onTrouble?: (error: unknown) => void
  poolSize?: number
}

/**
 * Opens the database, brings its tables to this version and starts its queue.
 * @param url with the password in it: never logged
 * @throws AtlasError `database_unavailable`, `disk_full`, `config_invalid` (a newer Atlas was here)
 */
export async function openStore(url: string, { onTrouble = () => {}, poolSize }: StoreOptions = {}): Promise<Store> {
  const connection = connect(url, { ...(poolSize !== undefined && { poolSize }) })
  const listener = listen(url)
  const hub = eventHub(connection, listener)
  const queue = operationQueue(connection, listener, onTrouble)
  const close = async () => {
    await queue.stop().catch(onTrouble)
    await hub.close()
    await listener.close()
    await connection.shown.end()
    await connection.db.destroy()
  }
  try {
    await migrate(connection.db)
    await queue.start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    ...reading(connection),
    audit: openAudit(connection),
    workspaces: workspaces(connection),
    tokens: tokens(connection),
    accessBell: () => listener.bell(channels.access),
    takeOver: (operation, worker) => takeOver(connection, operation, worker, onTrouble),
    judge: (owner, account, found) => judge(connection, owner, account, found),
    due: (everyMs) => due(connection, everyMs),
    saw: (beat, seen, findings) => saw(connection, beat, seen, findings),
    swept: (owner, account, doomed) => swept(connection, owner, account, doomed),
    async submit(plan, options) {
      const id = await submit(connection, queue, plan, options)
      return readOperation(connection, plan.workspace, id)
    },
    credentials: credentials(connection),
    deployKeys: deployKeys(connection),
    deploys: deploys(connection),
    secrets: secrets(connection),
    waiting: waiting(connection, queue, listener),
    targets: targets(connection),
    certificates: certificates(connection),
    alone: (signal, work) => alone(url, signal, work),
    sealedKeys: sealedKeys(connection),
    rateLimiter: (key, limits) => rateLimiter(connection, key, limits, onTrouble),
    cancel: (workspace, id) => cancel(connection, workspace, id),
    events: (workspace, filter, signal) => oneByOne(hub.follow(workspace, filter, signal), signal),
    eventBatches: (workspace, filter, signal) => hub.follow(workspace, filter, signal),
    outbox: outbox(connection, listener),
    pruneEvents: (days) => pruneEvents(connection, days),
    putBudget: (workspace, budget) => putBudget(connection, workspace, budget),
    removeBudget: (workspace, name) => removeBudget(connection, workspace, name),
    watchBudgets: () => watchBudgets(connection),
    async work() {
      const lease = await holdLease(url)
      const watcher = watch(connection, queue, listener, onTrouble)
      const release = async () => {
        await watcher.stop()
        await lease.release()
      }
      return { deliveries: queue, lease, release }
    },
    close,
  }
}

const reading = (connection: Connection) => ({
  idempotency: idempotency(connection),
  storePlan: <Request>(plan: Plan, request: Request, maker: Actor) => storePlan(connection, plan, request, maker),
  storedPlan: <Request>(workspace: string, hash: string) => readStoredPlan<Request>(connection, workspace, hash),
  plannedRequest: <Request>(workspace: string, hash: string) =>
    readPlannedRequest<Request>(connection, workspace, hash),
  storedPlans: (workspace: string, filter: StoredPlanFilter) => storedPlanPage(connection, workspace, filter),
  askApproval: (workspace: string, hash: string, by: Actor) => askApproval(connection, workspace, hash, by),
  decidePlan: (workspace: string, hash: string, decision: Decision) =>
    decidePlan(connection, workspace, hash, decision),
  submittedBy: (workspace: string, key: string) => submittedBy(connection, workspace, key),
  operation: (workspace: string, id: string) => readOperation(connection, workspace, id),
  operations: (workspace: string, filter = {}) => listOperations(connection, workspace, filter),
  steps: (workspace: string, id: string) => readSteps(connection, workspace, id),
  planOf: (workspace: string, id: string) => readPlan(connection, workspace, id),
  infrastructures: infrastructurePages(connection),
  infrastructure: infrastructureReader(connection),
  which: (workspace: string, idOrName: string) => which(connection, workspace, idOrName),
  resources: (id: string, filter: ResourceFilter) => resourcePage(connection, id, filter),
  statistics: (workspace: string) => statistics(connection, workspace),
  drift: (id: string) => driftReport(connection, id),
  dueNow: (id: string) => dueNow(connection, id),
  holders: (account: string, physicalIds: readonly string[]) => holders(connection, account, physicalIds),
  recall: (workspace: string, name: string) => recall(connection, workspace, name),
  usage: (workspace: string, since: Date | 'this month') => usageSince(connection, workspace, since),
  gate: (plan: Plan) => gateFor(connection, plan),
  budgets: (workspace: string) => standings(connection, workspace),
  health: () => readHealth(connection),
  heartbeat: (workspace: string, everyMinutes: number) => heartbeat(connection, workspace, everyMinutes),
  webhooks: webhooks(connection),
  deliveries: deliveries(connection),
  eventPage: (workspace: string, page: EventPage) => explained(() => readPage(connection.db, workspace, page)),
  newestEvent: (workspace: string) => explained(() => newestEvent(connection.db, workspace)),
  checkKept: (workspace: string, afterId: number) => checkKept(connection, workspace, afterId),
  figures: () => readFigures(connection),
  exchangeRequestCounts: (mine: readonly RequestCount[]) => exchangeRequestCounts(connection, mine),
})

async function* oneByOne(batches: AsyncIterable<readonly AtlasEvent[]>, signal: AbortSignal) {
  for await (const batch of batches) {
    for (const event of batch) {
      yield event
      if (signal.aborted) return
    }
  }
}
