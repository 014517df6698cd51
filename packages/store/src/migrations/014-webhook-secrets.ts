import { type Kysely, sql } from 'kysely'

/** Secrets that webhooks had before, for as long as requests are signed with them too. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table webhook_secret_before (
      workspace text not null,
      webhook uuid not null references webhook on delete cascade,
      sealed text not null,
      key_id text not null generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      valid_until timestamptz not null
    )`.execute(db)
  await sql`create index webhook_secret_before_of on webhook_secret_before (webhook, valid_until)`.execute(db)
  await sql`create index webhook_secret_before_key on webhook_secret_before (key_id)`.execute(db)
}
