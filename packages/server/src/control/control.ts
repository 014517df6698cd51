import { type Control, refuseLostUpdate } from '@atlas/api'
import type { Store } from '@atlas/store'
import type { Connections } from '../credentials/connections.ts'
import { deploysControl } from '../deploys/control.ts'
import type { Deploying } from '../deploys/open.ts'
import { wishThatWaits } from '../deploys/turns.ts'
import { version } from '../version.ts'
import { accountResources } from './account.ts'
import { auditControl } from './audit.ts'
import { budgetsControl } from './budgets.ts'
import { cancelFor } from './cancel.ts'
import { costsControl } from './costs.ts'
import { type CredentialsParts, credentialsControl } from './credentials.ts'
import { deployKeysControl } from './deploy-keys.ts'
import { driftNow, lastDrift } from './drift.ts'
import { eventControl } from './events.ts'
import { proveImport } from './import.ts'
import { planFor } from './plan.ts'
import { staleness, storedPlans } from './plans.ts'
import { providerViews } from './providers.ts'
import { secretsControl } from './secrets.ts'
import { tokensControl } from './tokens.ts'
import { estimateView, infrastructureView, resourceViews, type ViewParts } from './views.ts'
import { type WebhooksParts, webhooksControl } from './webhooks.ts'
import { workspacesControl } from './workspaces.ts'

export interface ControlParts
  extends ViewParts,
    CredentialsParts,
    Omit<WebhooksParts, 'store'>,
    Pick<Deploying, 'sources' | 'secrets' | 'machines' | 'clusters'> {
  store: Store
  connections: Connections
  /** What is remembered of tokens and workspaces is over. */
  forget(): void
  /** Whether the server was asked to end. */
  isDraining(): boolean
}

/** What the API asks for, answered by the store, the engine and the drivers. */
export function createControl(parts: ControlParts): Control {
  const { store, connections, isDraining } = parts
  const started = performance.now()
  const submit: Control['submit'] = async ({
    planHash,
    consent,
    by,
    revisions,
    idempotencyKey,
    overrideBudget,
    origin,
    ...request
  }) => {
    const plan = await planFor(parts, request)
    refuseLostUpdate(plan, revisions)
    if (planHash !== undefined && plan.hash !== planHash) throw await staleness(store, planHash, plan)
    return store.submit(plan, {
      by,
      consent,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(overrideBudget !== undefined && { overrideBudget }),
      ...(origin && { origin }),
      ...(planHash === undefined && request.kind === 'deploy' && wishThatWaits(request.deploy, plan)),
    })
  }
  return {
    plan: (request) => planFor(parts, request),

    submit,
    plans: storedPlans({ ...parts, submit }),
    submittedBy: (workspace, key) => store.submittedBy(workspace, key),
    idempotency: store.idempotency,

    adoption: {
      prove: (request) => proveImport(parts, request),
      drift: (workspace, idOrName) => lastDrift(parts, workspace, idOrName),
      driftNow: (workspace, idOrName) => driftNow(parts, workspace, idOrName),
      account: (workspace, provider, filter) => accountResources(parts, workspace, provider, filter),
    },

    estimate: async (description, how) => estimateView(description, how),

    infrastructures: (workspace, filter) => store.infrastructures(workspace, filter),
    async infrastructure(workspace, idOrName, more) {
      const view = await infrastructureView(parts, await store.infrastructure(workspace, idOrName))
      if (!more?.description) return view
      return { ...view, description: (await store.recall(workspace, view.name))?.description ?? null }
    },
    nameOf: async (workspace, idOrName) => (await store.which(workspace, idOrName)).name,
    async resources(workspace, idOrName, filter) {
      const { id } = await store.which(workspace, idOrName)
      const { resources, ...more } = await store.resources(id, filter)
      return { resources: await resourceViews(parts, resources), ...more }
    },
    statistics: (workspace) => store.statistics(workspace),

    async operations(workspace, { infrastructure, ...filter }) {
      if (infrastructure === undefined) return store.operations(workspace, filter)
      const { name } = await store.which(workspace, infrastructure)
      return store.operations(workspace, { ...filter, infrastructure: name })
    },
    operation: (workspace, id) => store.operation(workspace, id),
    steps: (workspace, id) => store.steps(workspace, id),
    cancel: (workspace, id, by) => cancelFor(store, workspace, id, by),
    events: eventControl(store),
    webhooks: webhooksControl(parts),

    audit: auditControl(parts),
    workspaces: workspacesControl(parts),
    tokens: tokensControl(parts),
    credentials: credentialsControl(parts),
    secrets: secretsControl(parts),
    deployKeys: deployKeysControl(parts),
    deploys: deploysControl(parts),

    costs: costsControl(store),
    budgets: budgetsControl(store),
    providers: (workspace) => providerViews(connections, workspace),

    async health() {
      const health = await store.health()
      const idle = health.workers === 0 && health.queued + health.running > 0
      return {
        status: statusOf(health.database === 'ok' && !idle, isDraining()),
        version,
        uptimeSeconds: Math.round((performance.now() - started) / 1000),
        ...health,
      }
    },
  }
}

function statusOf(well: boolean, draining: boolean): 'ok' | 'degraded' | 'draining' {
  if (draining) return 'draining'
  return well ? 'ok' : 'degraded'
}
