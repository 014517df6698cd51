import { type Kysely, sql } from 'kysely'

/**
 * Metering and budgets. `usage` is written by triggers on `resource`, the table of what is ours: whoever changes that
 * changes in the same transaction what is metered, and nobody can forget to. An interval ends where what it costs, what
 * it is counted under or the thing itself is another one, where it is found missing, and where it is ours no more.
 *
 * `metering_now` is the one clock of all that: a test of a whole month puts another in its place.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create function metering_now() returns timestamptz language sql stable return now()`.execute(db)

  await sql`
    alter table resource
      add column rates jsonb not null default '[]',
      add column tags text[] not null default '{}'`.execute(db)

  await sql`
    create table usage (
      id bigint generated always as identity primary key,
      infrastructure_id uuid not null,
      identity text not null,
      name text not null,
      type text not null,
      physical_id text not null,
      rates jsonb not null,
      tags text[] not null,
      started_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db)
  await sql`create unique index usage_running on usage (identity) where ended_at is null`.execute(db)
  await sql`create index usage_of on usage (infrastructure_id, ended_at)`.execute(db)

  // Both name the rows outright, as the journal's writes do: left to a join, the planner reads all that runs.
  await sql`
    create function meter_kept() returns trigger language plpgsql as $$
    begin
      update usage u set ended_at = metering_now()
      from kept k
      where u.identity = any (array(select identity from kept)) and u.ended_at is null and u.identity = k.identity
        and (k.phase = 'missing' or (u.physical_id, u.rates, u.tags) is distinct from (k.physical_id, k.rates, k.tags));
      insert into usage (infrastructure_id, identity, name, type, physical_id, rates, tags, started_at)
      select infrastructure_id, identity, name, type, physical_id, rates, tags, metering_now()
      from kept
      where phase <> 'missing' and rates <> '[]'
      on conflict (identity) where ended_at is null do nothing;
      return null;
    end $$`.execute(db)
  await sql`
    create function meter_gone() returns trigger language plpgsql as $$
    begin
      update usage set ended_at = metering_now()
      where identity = any (array(select identity from gone)) and ended_at is null;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger meter_made after insert on resource
    referencing new table as kept for each statement execute function meter_kept()`.execute(db)
  await sql`
    create trigger meter_changed after update on resource
    referencing new table as kept for each statement execute function meter_kept()`.execute(db)
  await sql`
    create trigger meter_gone after delete on resource
    referencing old table as gone for each statement execute function meter_gone()`.execute(db)

  await sql`
    create table budget (
      workspace text not null,
      name text not null,
      tag text,
      monthly float8 not null,
      warn_percent float8 not null,
      block_percent float8 not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (workspace, name)
    )`.execute(db)
}
