import type { ColumnType, Generated } from 'kysely'
import type { Time, TimeOrNull } from '../time.ts'

/** The tables of this room, as `migrations/` makes them. */
export interface WebhooksTables {
  webhook: WebhookTable
  webhook_secret_before: WebhookSecretBeforeTable
  webhook_delivery: WebhookDeliveryTable
}

interface WebhookTable {
  no: ColumnType<string, never, never>
  id: string
  workspace: string
  url: string
  description: string
  /** Names of types, or patterns such as `infrastructure.*`. */
  types: string[]
  /** What requests are signed with, under a key of the vault. */
  sealed: string
  active: Generated<boolean>
  disabled_reason: string | null
  failing_since: TimeOrNull
  /** The last event that was turned into deliveries. */
  cursor: ColumnType<string, string | number, string | number>
  lease: string | null
  leased_until: Time
  created_at: Time
  updated_at: Time
}

interface WebhookSecretBeforeTable {
  workspace: string
  webhook: string
  sealed: string
  valid_until: ColumnType<Date, Date, never>
}

interface WebhookDeliveryTable {
  no: ColumnType<string, never, never>
  id: Generated<string>
  webhook: string
  event_id: ColumnType<string, string | number, never>
  type: string
  status: Generated<'pending' | 'delivered' | 'dead'>
  /** Since it was last made pending. */
  attempt: Generated<number>
  next_at: Time
  last_at: TimeOrNull
  last_status: number | null
  last_error: string | null
  created_at: Time
}
