import { type Kysely, sql } from 'kysely'

/**
 * What lists and previews need. `tally` is what a page shows of each infrastructure without reading its resources and
 * operations; triggers keep it in the transaction of the change, so no writer can forget it. Sums are numeric: added to
 * and taken from for years, floats would drift.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table tally (
      infrastructure_id uuid primary key,
      resources int not null default 0,
      unready int not null default 0,
      monthly numeric not null default 0,
      latest text
    ) with (fillfactor = 50)`.execute(db)
  await sql`
    insert into tally (infrastructure_id, latest)
    select distinct on (infrastructure_id) infrastructure_id, status
    from operation order by infrastructure_id, created_at desc`.execute(db)
  await addUp(db, 'resource')
  await keepTally(db)

  // Pages of operations go on after a moment and an id.
  await sql`create index operation_page on operation (workspace, created_at desc, id desc)`.execute(db)
  await sql`drop index operation_latest`.execute(db)

  await sql`
    create table stored_plan (
      workspace text not null,
      hash text not null,
      request jsonb not null,
      body jsonb not null,
      made_by text not null,
      made_at timestamptz not null default now(),
      expires_at timestamptz not null,
      primary key (workspace, hash)
    )`.execute(db)
  await sql`create index stored_plan_expiry on stored_plan (expires_at)`.execute(db)

  await sql`
    create table idempotency (
      id uuid not null unique default gen_random_uuid(),
      scope text not null,
      key text not null,
      fingerprint text not null,
      begun int not null default 1,
      held_until timestamptz not null,
      answer bytea,
      expires_at timestamptz not null,
      primary key (scope, key)
    )`.execute(db)
  await sql`create index idempotency_expiry on idempotency (expires_at)`.execute(db)
}

const addUp = (db: Kysely<never>, rows: string) =>
  sql`
    insert into tally as t (infrastructure_id, resources, unready, monthly)
    select infrastructure_id, count(*), count(*) filter (where phase <> 'ready'), coalesce(sum(monthly::numeric), 0)
    from ${sql.raw(rows)} group by infrastructure_id
    on conflict (infrastructure_id) do update
    set resources = t.resources + excluded.resources, unready = t.unready + excluded.unready,
        monthly = t.monthly + excluded.monthly`.execute(db)

/** One update of the tally for each statement, not for each row: the journal writes dozens of rows at once. */
async function keepTally(db: Kysely<never>): Promise<void> {
  await sql`
    create function tally_resources() returns trigger language plpgsql set search_path from current as $$
    begin
      if tg_op = 'INSERT' then
        insert into tally as t (infrastructure_id, resources, unready, monthly)
        select infrastructure_id, count(*), count(*) filter (where phase <> 'ready'), coalesce(sum(monthly::numeric), 0)
        from new_rows group by infrastructure_id
        on conflict (infrastructure_id) do update
        set resources = t.resources + excluded.resources, unready = t.unready + excluded.unready,
            monthly = t.monthly + excluded.monthly;
      elsif tg_op = 'UPDATE' then
        update tally t
        set unready = t.unready + d.unready, monthly = t.monthly + d.monthly
        from (
          select infrastructure_id, sum(unready) as unready, sum(monthly) as monthly
          from (
            select infrastructure_id, (phase <> 'ready')::int as unready, coalesce(monthly::numeric, 0) as monthly
            from new_rows
            union all
            select infrastructure_id, -(phase <> 'ready')::int, -coalesce(monthly::numeric, 0) from old_rows) x
          group by infrastructure_id) d
        where t.infrastructure_id = d.infrastructure_id and (d.unready <> 0 or d.monthly <> 0);
      else
        update tally t
        set resources = t.resources - d.resources, unready = t.unready - d.unready, monthly = t.monthly - d.monthly
        from (
          select infrastructure_id, count(*) as resources, count(*) filter (where phase <> 'ready') as unready,
            coalesce(sum(monthly::numeric), 0) as monthly
          from old_rows group by infrastructure_id) d
        where t.infrastructure_id = d.infrastructure_id;
      end if;
      return null;
    end $$`.execute(db)
  for (const [event, tables] of [
    ['insert', 'new table as new_rows'],
    ['update', 'new table as new_rows old table as old_rows'],
    ['delete', 'old table as old_rows'],
  ] as const) {
    await sql`
      create trigger tally_${sql.raw(event)} after ${sql.raw(event)} on resource
      referencing ${sql.raw(tables)} for each statement execute function tally_resources()`.execute(db)
  }

  await sql`
    create function tally_operation() returns trigger language plpgsql set search_path from current as $$
    begin
      insert into tally (infrastructure_id, latest) values (new.infrastructure_id, new.status)
      on conflict (infrastructure_id) do update set latest = excluded.latest;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger tally_latest after insert or update of status on operation
    for each row execute function tally_operation()`.execute(db)
}
