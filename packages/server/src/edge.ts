import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiOptions, rootTokenCheck } from '@atlas/api'
import type { Store } from '@atlas/store'
import { traceCalls, watchedBy } from './observe/call-spans.ts'
import type { CallWatch } from './observe/calls.ts'
import { countCalls, openRegistry, showFigures } from './observe/metrics.ts'
import { sharedRateLimit } from './rate-limit.ts'
import type { Environment } from './settings/environment.ts'

export interface EdgeParts {
  store: Pick<Store, 'figures' | 'health' | 'exchangeRequestCounts'>
  environment: Environment
  onTrouble(error: unknown): void
}

/** What stands between the server and those who call it or watch over it. */
export interface Edge {
  rules: Pick<ApiOptions, 'metrics' | 'corsOrigins' | 'rateLimit' | 'traced'>
  watch: CallWatch
  isDraining(): boolean
  /** Says so in the health, and gives load balancers the time to look. */
  drain(): Promise<void>
  close(): void
}

export function openEdge({ store, environment, onTrouble }: EdgeParts): Edge {
  const { ATLAS_CORS_ORIGINS: corsOrigins, ATLAS_RATE_LIMIT: rate, ATLAS_DRAIN_SECONDS: drainSeconds } = environment
  const registry = openRegistry()
  showFigures(registry, store)
  const limit = rate && sharedRateLimit(rate, store, onTrouble)
  const traced = environment.traces !== undefined
  let draining = false
  return {
    rules: {
      corsOrigins,
      traced,
      ...(limit && { rateLimit: limit }),
      ...(environment.ATLAS_METRICS !== 'off' && { metrics: { registry, ...shownTo(environment) } }),
    },
    watch: traced ? watchedBy(countCalls(registry), traceCalls()) : countCalls(registry),
    isDraining: () => draining,
    async drain() {
      draining = true
      await sleep(drainSeconds * 1000)
    },
    close: () => limit?.close(),
  }
}

const shownTo = ({ ATLAS_METRICS, ATLAS_METRICS_TOKEN: token }: Environment) => ({
  open: ATLAS_METRICS === 'open',
  ...(token !== undefined && { opens: rootTokenCheck(token) }),
})
