import type { AuditRecord } from '@atlas/core'
import type { ColumnType } from 'kysely'

/** The tables of this room, as `migrations/` makes them. */
export interface AuditTables {
  audit: AuditTable
}

interface AuditTable {
  seq: ColumnType<string, never, never>
  record: ColumnType<AuditRecord, never, never>
  hash: ColumnType<string, never, never>
  workspace: ColumnType<string, never, never>
}
