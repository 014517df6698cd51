import { type Kysely, sql } from 'kysely'

/**
 * Keys stand here by their id only. A sealed text names its key in its second part; as a reference, that keeps a key in
 * this table for as long as anything needs it, and refuses what is sealed with one that has gone.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table vault_key (
      id text primary key,
      is_primary boolean not null default false,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create unique index vault_key_primary on vault_key (is_primary) where is_primary`.execute(db)
  await sql`
    create table credential (
      workspace text not null,
      provider text not null,
      sealed text not null,
      key_id text not null generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      fingerprint text not null,
      created_at timestamptz not null default now(),
      rotated_at timestamptz,
      primary key (workspace, provider)
    )`.execute(db)
  await sql`create index credential_key on credential (key_id)`.execute(db)
  await sql`
    create table credential_use (
      workspace text not null,
      provider text not null,
      source text not null,
      fingerprint text not null,
      used_at timestamptz not null default now(),
      primary key (workspace, provider)
    )`.execute(db)
}
