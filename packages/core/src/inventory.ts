/** What a list shows of an infrastructure. Times are ISO 8601. */
export interface InfrastructureSummary {
  id: string
  name: string
  provider: string
  account: string
  region: string
  revision: number
  status: 'new' | 'changing' | 'ready' | 'degraded' | 'destroyed' | 'released'
  /** USD at list price of what has one. */
  monthlyCost: number
  tags: Record<string, string>
  resourceCount: number
  createdAt: string
  updatedAt: string
}

export interface InfrastructureFilter {
  /** Goes on behind this name. */
  after?: string
  limit: number
  status?: InfrastructureSummary['status']
  provider?: string
  /** All of them. */
  tags?: Record<string, string>
  /** How the name begins. */
  prefix?: string
}

/** While a resource is replaced there are two of its name. */
export type ResourcePlace = [name: string, generation: number]

export interface ResourceFilter {
  /** Goes on behind this one. */
  after?: ResourcePlace
  limit: number
  type?: string
  /** As seen last. */
  phase?: 'ready' | 'pending' | 'failed' | 'missing'
}

/** Counts by word, such as `{ ready: 3 }`; what there is none of is left out. */
export type Counts = Record<string, number>

/** What is in a workspace, in numbers. */
export interface Statistics {
  infrastructure: { total: number; byStatus: Counts; byProvider: Counts }
  resources: { total: number; byType: Counts; byPhase: Counts }
  /** USD a month at list price of what exists now. */
  monthlyCost: number
  monthlyCostByProvider: Record<string, number>
  /** Made in that time, by the status they have now. */
  operations: { last24h: Counts; last30d: Counts }
}
