import { type Kysely, sql } from 'kysely'

/**
 * What is hashed is `record` and nothing else, so the columns to search by are generated from it. `audit_head` is the
 * lock that orders appends, and says where the chain must end.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table audit (
      seq bigint primary key,
      record jsonb not null,
      hash text not null,
      workspace text generated always as (record->>'workspace') stored
    )`.execute(db)
  await sql`create index audit_workspace on audit (workspace, seq desc)`.execute(db)
  await sql`
    create table audit_head (
      one boolean primary key default true check (one),
      seq bigint not null default 0,
      hash text not null default repeat('0', 64)
    ) with (fillfactor = 10)`.execute(db)
  await sql`insert into audit_head default values`.execute(db)
  await sql`
    create function audit_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit is append-only';
    end $$`.execute(db)
  await sql`
    create trigger append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only()`.execute(db)
}
