import type { InfrastructureSummary } from '@atlas/core'

/** Of an infrastructure `i` with its tally `t`; also where a list is narrowed by it. */
export const status = `case
  when t.latest in ('queued', 'running') then 'changing'
  when i.destroyed_at is not null then case when i.released then 'released' else 'destroyed' end
  when i.description is null and coalesce(t.resources, 0) = 0 then 'new'
  when t.latest = 'succeeded' and i.drift is null and coalesce(t.unready, 0) = 0 then 'ready'
  else 'degraded'
end`

/** One JSON list a row: node-postgres then makes one value of it instead of twelve, which is what a page costs most. */
export const summaryColumns = `json_build_array(i.id, i.name, i.provider, i.account, i.region, i.revision, ${status},
  round(coalesce(t.monthly, 0), 2), i.tags, coalesce(t.resources, 0),
  extract(epoch from i.created_at) * 1000, extract(epoch from i.updated_at) * 1000)`

/** Fenced off (`offset 0`), so that each row looks its tally up whatever the planner believes of young tables. */
export const summarised = `infrastructure i
left join lateral (select * from tally where infrastructure_id = i.id offset 0) t on true`

export type SummaryRow = [
  id: string,
  name: string,
  provider: string,
  account: string,
  region: string,
  revision: number,
  status: InfrastructureSummary['status'],
  monthly: number,
  tags: Record<string, string>,
  resources: number,
  created: number,
  updated: number,
]

export const summary = (row: SummaryRow): InfrastructureSummary => ({
  id: row[0],
  name: row[1],
  provider: row[2],
  account: row[3],
  region: row[4],
  revision: row[5],
  status: row[6],
  monthlyCost: row[7],
  tags: row[8],
  resourceCount: row[9],
  createdAt: new Date(row[10]).toISOString(),
  updatedAt: new Date(row[11]).toISOString(),
})
