import type { JsonObject } from '@atlas/core'
import type { ColumnType, JSONColumnType } from 'kysely'
import type { Time } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface EventsTables {
  event: EventTable
  event_horizon: EventHorizonTable
}

interface EventTable {
  id: ColumnType<string, never, never>
  type: string
  time: Time
  workspace: string
  infrastructure: string | null
  operation: string | null
  step: number | null
  data: JSONColumnType<JsonObject>
}

interface EventHorizonTable {
  workspace: string
  /** The newest event that is kept no more. */
  pruned_id: string
}
