import type { ColumnType, Generated } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface CredentialsTables {
  vault_key: VaultKeyTable
  credential: CredentialTable
  credential_use: CredentialUseTable
}

interface VaultKeyTable {
  id: string
  is_primary: Generated<boolean>
  created_at: Time
}

interface CredentialTable {
  workspace: string
  provider: string
  sealed: string
  /** The database takes it from `sealed`. */
  key_id: ColumnType<string, never, never>
  fingerprint: string
  created_at: Time
  rotated_at: TimeOrNull
}

interface CredentialUseTable {
  workspace: string
  provider: string
  source: string
  fingerprint: string
  used_at: Time
}
