import { type Kysely, sql } from 'kysely'

/** Unlogged would be quicker, but a crash would refill every bucket at the moment when workers retry most. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table rate_bucket (
      key text primary key,
      per_minute float8 not null,
      per_hour float8 not null,
      minute_tokens float8 not null,
      hour_tokens float8 not null,
      refilled_at timestamptz not null default clock_timestamp(),
      paused_until timestamptz not null default 'epoch'
    ) with (fillfactor = 50)`.execute(db)
}
