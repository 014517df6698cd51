import { type Kysely, sql } from 'kysely'

/**
 * A workspace is never deleted from the table: what happened in it stays under its name, so the name is not given out
 * again. Of a token only the digest is kept.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table workspace (
      name text primary key,
      created_at timestamptz not null default now(),
      deleted_at timestamptz
    )`.execute(db)
  await sql`
    insert into workspace (name)
    select 'default' union select distinct workspace from infrastructure`.execute(db)
  await sql`
    create table api_token (
      no bigint generated always as identity primary key,
      id uuid not null default gen_random_uuid() unique,
      workspace text not null references workspace,
      name text not null,
      role text not null check (role in ('viewer', 'operator', 'admin')),
      prefix text not null unique,
      digest bytea not null unique,
      created_by text not null,
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    )`.execute(db)
  await sql`create index api_token_workspace on api_token (workspace, no desc)`.execute(db)
}
