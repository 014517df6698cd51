import { type Kysely, sql } from 'kysely'

/** Certificates that an authority gave to an environment: key, certificate and account, sealed together. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table certificate (
      environment_id uuid primary key references environment,
      sealed text,
      key_id text generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      hosts text[] not null,
      directory text not null,
      not_after timestamptz,
      renew_at timestamptz,
      failures int not null default 0,
      next_try timestamptz not null default now(),
      tried uuid
    )`.execute(db)
  await sql`create index certificate_key on certificate (key_id)`.execute(db)
}
