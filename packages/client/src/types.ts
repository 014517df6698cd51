import type { JsonObject, Plan } from '@atlas/core'

/** The API's JSON as it goes over the wire. tests/house/wire.test.ts holds these equal to the schemas of the API. */
export interface Operation {
  id: string
  infrastructure: string
  kind: Plan['kind']
  plan_hash: string
  status: 'queued' | 'in_progress' | 'succeeded' | 'failed' | 'cancelled'
  cancel_requested: boolean
  total_steps: number
  completed_steps: number
  current_step: string | null
  created_resources: string[]
  /** USD a month. */
  cost_change: number
  error: { code: string; message: string; hint?: string | undefined; step?: number | undefined } | null
  created_at: string
  started_at: string | null
  finished_at: string | null
}

export interface Step {
  n: number
  action: 'create' | 'update' | 'delete'
  resource: string
  type: string
  status: 'pending' | 'running' | 'done' | 'failed' | 'skipped'
  attempt: number
  started_at: string | null
  finished_at: string | null
  error: string | null
}

export interface Infrastructure {
  id: string
  name: string
  provider: string
  account: string
  region: string
  revision: number
  status: 'new' | 'changing' | 'ready' | 'degraded' | 'destroyed'
  /** USD a month. */
  monthly_cost: number
  tags: Record<string, string>
  resources: Resource[]
  created_at: string
  updated_at: string
}

export interface Resource {
  name: string
  type: string
  id: string
  phase: 'ready' | 'pending' | 'failed' | 'unknown' | 'missing'
  generation: number
  specifications: JsonObject
  attributes: JsonObject
  depends_on: string[]
  monthly_cost: number | null
  observed_at: string | null
  ssh?: Ssh | undefined
}

export interface Ssh {
  host: string
  port: number
  user: string
  /** Lines for a known_hosts file. */
  known_hosts?: string | undefined
  identity_file?: string | undefined
}

export interface Provider {
  name: string
  endpoint: string
  account: string | null
  sandbox: boolean
  status: 'connected' | 'no_credential' | 'unreachable'
  hint?: string | undefined
  resource_types: string[]
  regions: string[]
  catalogue_date: string
}

export interface Health {
  status: 'ok' | 'degraded'
  version: string
  uptime_seconds: number
  database: 'ok' | 'unreachable'
  workers: number
  queued: number
  running: number
}

export interface Estimate {
  /** USD a month. */
  estimated_monthly_cost: number
  currency: 'USD'
  catalogue_date: string
  unpriced: string[]
  breakdown: {
    resource_type: string
    resource_name: string
    estimated_cost: number | null
    items: { item: string; monthly: number | null; note?: string | undefined }[]
  }[]
}
