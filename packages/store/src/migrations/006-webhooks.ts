import { type Kysely, sql } from 'kysely'

/**
 * `event_horizon` tells who asks for events after one that is kept no more that some are gone. `webhook.cursor` is the
 * last event that was turned into deliveries: the event table itself is the outbox. Who holds the lease delivers.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table event alter column infrastructure drop not null`.execute(db)
  await sql`create table event_horizon (workspace text primary key, pruned_id bigint not null)`.execute(db)

  await sql`
    create table webhook (
      no bigint generated always as identity unique,
      id uuid primary key,
      workspace text not null,
      url text not null,
      description text not null,
      types text[] not null,
      sealed text not null,
      key_id text not null generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      active boolean not null default true,
      disabled_reason text,
      failing_since timestamptz,
      cursor bigint not null,
      lease uuid,
      leased_until timestamptz not null default 'epoch',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    ) with (fillfactor = 50)`.execute(db)
  await sql`create index webhook_key on webhook (key_id)`.execute(db)
  await sql`create index webhook_workspace on webhook (workspace, no)`.execute(db)

  await sql`
    create table webhook_delivery (
      no bigint generated always as identity unique,
      id uuid primary key default gen_random_uuid(),
      webhook uuid not null references webhook on delete cascade,
      event_id bigint not null,
      type text not null,
      status text not null default 'pending' check (status in ('pending', 'delivered', 'dead')),
      attempt int not null default 0,
      next_at timestamptz not null default now(),
      last_at timestamptz,
      last_status int,
      last_error text,
      created_at timestamptz not null default now(),
      unique (webhook, event_id)
    ) with (fillfactor = 70)`.execute(db)
  await sql`
    create index webhook_delivery_due on webhook_delivery (webhook, next_at, event_id)
      where status = 'pending'`.execute(db)
  await sql`create index webhook_delivery_latest on webhook_delivery (webhook, no desc)`.execute(db)
}
