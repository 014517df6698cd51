import { type Kysely, sql } from 'kysely'

/** What opens the repositories of a project, sealed: a key for ssh, a token for https, or both. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table deploy_key (
      workspace text not null,
      project text not null,
      kind text not null check (kind in ('ssh', 'https')),
      sealed text not null,
      key_id text generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      fingerprint text not null,
      public_key text,
      host text,
      set_at timestamptz not null default now(),
      set_by text not null,
      used_at timestamptz,
      primary key (workspace, project, kind)
    )`.execute(db)
  await sql`create index deploy_key_key on deploy_key (key_id)`.execute(db)
}
