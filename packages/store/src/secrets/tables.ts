import type { ColumnType, Generated } from 'kysely'
import type { Time } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface SecretsTables {
  secret: SecretTable
  secret_before: SecretBeforeTable
}

interface SecretBeforeTable {
  workspace: string
  name: string
  version: number
  sealed: string
  /** The database takes it from `sealed`. */
  key_id: ColumnType<string, never, never>
}

interface SecretTable {
  workspace: string
  name: string
  /** Null once it was taken away. */
  sealed: string | null
  /** The database takes it from `sealed`. */
  key_id: ColumnType<string | null, never, never>
  version: Generated<number>
  set_at: Time
  set_by: string
}
