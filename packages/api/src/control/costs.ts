import type { CostGroup, CostGrouping } from '@atlas/core'

/** What was used, as the journal's own times have it. */
export interface CostsControl {
  /** @throws AtlasError `usage` where the time ends before it begins */
  metered(workspace: string, query: CostQuery): Promise<CostsView>
}

export interface CostQuery {
  /** The beginning of this month when absent. */
  from?: Date
  /** Now when absent, and never later. */
  to?: Date
  groupBy: CostGrouping
}

/** USD at list price, before tax, not rounded. */
export interface CostsView {
  from: Date
  to: Date
  total: number
  /** This calendar month (UTC), whatever was asked for: so far, and at its end if what runs goes on. */
  monthToDate: number
  forecast: number
  /** The dearest first. */
  groups: CostGroup[]
}
