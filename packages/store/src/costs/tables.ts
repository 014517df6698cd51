import type { Plan, Rate } from '@atlas/core'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface CostsTables {
  usage: UsageTable
  budget: BudgetTable
}

interface UsageTable {
  id: ColumnType<string, never, never>
  infrastructure_id: string
  identity: string
  name: string
  type: Plan['steps'][number]['type']
  physical_id: string
  rates: JSONColumnType<Rate[]>
  tags: string[]
  started_at: Time
  ended_at: TimeOrNull
}

interface BudgetTable {
  workspace: string
  name: string
  /** `key=value`; null: everything in the workspace. */
  tag: string | null
  monthly: number
  warn_percent: number
  block_percent: number
  verdict: Generated<'ok' | 'warn' | 'block'>
  would_be: number | null
  month_to_date: number | null
  /** When it was last looked at; `epoch`: it is to be soon. */
  judged_at: Time
  created_at: Time
  updated_at: Time
}
