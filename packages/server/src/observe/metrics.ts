import { isAtlasError } from '@atlas/core'
import type { Store } from '@atlas/store'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { CallWatch } from './calls.ts'

/** A collection that comes sooner is answered with what the last one read, however many collectors there are. */
const freshMs = 2_000

/** A registry of its own for a server: process, cloud calls, and what the database knows of all nodes. */
export function openRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

/** Counts calls of drivers by provider, verb, type and outcome: `ok`, or the code of the error. */
export function countCalls(registry: Registry): CallWatch {
  const registers = [registry]
  const calls = new Counter({
    name: 'atlas_cloud_calls_total',
    help: 'Calls of drivers that are over; a listing is one call however many pages it has',
    labelNames: ['provider', 'verb', 'type', 'outcome'] as const,
    registers,
  })
  const duration = new Histogram({
    name: 'atlas_cloud_call_duration_seconds',
    help: 'How long a driver took, waiting for the rate limit included',
    labelNames: ['provider', 'verb'] as const,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  })
  return ({ provider, verb, type }) => {
    const end = duration.startTimer({ provider, verb })
    return (error) => {
      end()
      calls.inc({ provider, verb, type, outcome: outcomeOf(error) })
    }
  }
}

const outcomeOf = (error: unknown): string => {
  if (error === undefined) return 'ok'
  return isAtlasError(error) ? error.code : 'internal'
}

/** What is shown of the database's figures; a figure is absent while the database is away. */
export function showFigures(registry: Registry, store: Pick<Store, 'figures' | 'health'>): void {
  const read = remembered(async () => ({ ...(await store.health()), ...(await store.figures()) }))
  type Seen = Awaited<ReturnType<typeof read>>

  function gauge(
    name: string,
    help: string,
    show: (gauge: Gauge, seen: Seen) => void,
    labelNames: string[] = [],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset()
        const seen = await read().catch(() => undefined)
        if (seen) show(this, seen)
        else this.remove()
      },
    })
  }

  gauge('atlas_queue_depth', 'Operations that wait for a worker', (one, { queued }) => one.set(queued))
  gauge('atlas_queue_oldest_seconds', 'How long the operation that waits longest has waited', (one, seen) =>
    one.set(seen.oldestQueuedSeconds),
  )
  gauge('atlas_workers', 'Workers alive on all nodes', (one, { workers }) => one.set(workers))
  gauge('atlas_quarantined', 'Things in the cloud that carry our stamp and that nobody knows', (one, seen) =>
    one.set(seen.quarantined),
  )
  gauge(
    'atlas_operations',
    'Operations by status and kind',
    (one, seen) => {
      for (const { status, kind, count } of seen.operations) one.set({ status, kind }, count)
    },
    ['status', 'kind'],
  )
  gauge(
    'atlas_rate_bucket_level',
    'Requests that a cloud account may still be asked',
    (one, { rateBuckets }) => {
      for (const { bucket, minute, hour } of rateBuckets) {
        one.set({ bucket, window: 'minute' }, minute)
        one.set({ bucket, window: 'hour' }, hour)
      }
    },
    ['bucket', 'window'],
  )
  gauge(
    'atlas_rate_bucket_paused',
    '1 while the cloud asked for a pause',
    (one, { rateBuckets }) => {
      for (const { bucket, paused } of rateBuckets) one.set({ bucket }, paused ? 1 : 0)
    },
    ['bucket'],
  )
  const budgetGauge = (name: string, help: string, of: (budget: Seen['budgets'][number]) => number | null) =>
    gauge(
      name,
      help,
      (one, { budgets }) => {
        for (const each of budgets) {
          const value = of(each)
          if (value !== null) one.set({ workspace: each.workspace, budget: each.budget }, value)
        }
      },
      ['workspace', 'budget'],
    )
  budgetGauge('atlas_budget_limit_usd', 'How much may be spent in a month', ({ limit }) => limit)
  budgetGauge('atlas_budget_spent_usd', 'Metered in this calendar month so far', ({ spent }) => spent)
  budgetGauge(
    'atlas_budget_expected_usd',
    'What is held against the limit: a month of all that runs, or this month at its end',
    ({ expected }) => expected,
  )
  budgetGauge(
    'atlas_budget_state',
    '0: well; 1: above its warning; 2: nothing that costs more is carried out',
    ({ verdict }) => states.indexOf(verdict),
  )
  new Gauge({
    name: 'atlas_database_up',
    help: '1 when PostgreSQL answered just now',
    registers: [registry],
    async collect() {
      this.set(
        await read().then(
          ({ database }) => (database === 'ok' ? 1 : 0),
          () => 0,
        ),
      )
    },
  })
}

const states = ['ok', 'warn', 'block'] as const

function remembered<T>(read: () => Promise<T>): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | undefined
  return () => {
    if (!last || performance.now() - last.at > freshMs) last = { at: performance.now(), answer: read() }
    return last.answer
  }
}
