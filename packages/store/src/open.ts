import type { AtlasEvent, Plan, ResourceFilter } from '@atlas/core'
import { tokens } from './access/tokens.ts'
import { workspaces } from './access/workspaces.ts'
import { openAudit } from './audit/index.ts'
import { judge, swept } from './cloud/claims.ts'
import { holders } from './cloud/holders.ts'
import { due, dueNow, saw } from './cloud/patrol.ts'
import { rateLimiter } from './cloud/rate-bucket.ts'
import { type Connection, connect } from './connection.ts'
import { putBudget, removeBudget } from './costs/budgets.ts'
import { gateFor, standings } from './costs/gate.ts'
import { usageSince } from './costs/usage.ts'
import { watchBudgets } from './costs/watch.ts'
import { credentials } from './credentials/credentials.ts'
import { sealedKeys } from './credentials/sealed-keys.ts'
import { deployKeys } from './deploy-keys/deploy-keys.ts'
import { certificates } from './deploys/certificates.ts'
import { deploys } from './deploys/deploys.ts'
import { waiting } from './deploys/in-turn.ts'
import { targets } from './deploys/targets.ts'
import { type EventPage, newestEvent, readPage } from './events/events.ts'
import { heartbeat } from './events/heartbeat.ts'
import { eventHub } from './events/hub.ts'
import { checkKept, pruneEvents } from './events/retention.ts'
import { readFigures } from './figures.ts'
import { readHealth } from './health.ts'
import { driftReport } from './infrastructure/drift-report.ts'
import { infrastructureReader, recall, which } from './infrastructure/infrastructure.ts'
import { infrastructurePages } from './infrastructure/page.ts'
import { resourcePage } from './infrastructure/resource-page.ts'
import { statistics } from './infrastructure/statistics.ts'
import { takeOver } from './journal.ts'
import { listen } from './listener.ts'
import { holdLease } from './liveness.ts'
import { migrate } from './migrate.ts'
import { cancel, listOperations, readOperation, readPlan, readSteps, submittedBy } from './operations/read.ts'
import { submit } from './operations/submit.ts'
import { askApproval, type Decision, decidePlan } from './plans/approvals.ts'
import { type StoredPlanFilter, storedPlanPage } from './plans/page.ts'
import { type Actor, readPlannedRequest, readStoredPlan, storePlan } from './plans/stored.ts'
import { operationQueue } from './queue.ts'
import { exchangeRequestCounts, type RequestCount } from './requests/counts.ts'
import { idempotency } from './requests/idempotency.ts'
import { secrets } from './secrets/secrets.ts'
import { alone } from './sole.ts'
import { channels } from './statements.ts'
import type { Store } from './store.ts'
import { explained } from './trouble.ts'
import { watch } from './watcher.ts'
import { deliveries } from './webhooks/deliveries.ts'
import { outbox } from './webhooks/outbox.ts'
import { webhooks } from './webhooks/webhooks.ts'

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
    targets: targets(connection, listener),
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
