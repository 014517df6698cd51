import type { AuditEntry, Plan } from '@atlas/core'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface PlansTables {
  stored_plan: StoredPlanTable
}

interface StoredPlanTable {
  workspace: string
  hash: string
  request: JSONColumnType<object>
  body: JSONColumnType<Plan>
  made_by: string
  made_at: ColumnType<Date, never, Date>
  expires_at: ColumnType<Date, Date, Date>
  /** Absent from plans of an older Atlas. */
  maker: JSONColumnType<AuditEntry['actor']> | null
  approval: 'pending' | 'approved' | 'rejected' | null
  asker: JSONColumnType<AuditEntry['actor']> | null
  asked_at: TimeOrNull
  decider: JSONColumnType<AuditEntry['actor']> | null
  decided_at: TimeOrNull
  decision_reason: string | null
  consent: Generated<string[]>
}
