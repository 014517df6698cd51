import type { ColumnType } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface DeployKeyTables {
  deploy_key: DeployKeyTable
}

interface DeployKeyTable {
  workspace: string
  project: string
  kind: 'ssh' | 'https'
  sealed: string
  /** The database takes it from `sealed`. */
  key_id: ColumnType<string, never, never>
  fingerprint: string
  /** Of ssh. */
  public_key: string | null
  /** Of https: who is shown it. */
  host: string | null
  set_at: Time
  set_by: string
  used_at: TimeOrNull
}
