import { type Kysely, sql } from 'kysely'

/**
 * Secrets of services that Atlas keeps. `sealed` is null once a secret was taken away; its number stays, so that a value
 * that is set later is never taken for one that was delivered earlier.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table secret (
      workspace text not null,
      name text not null,
      sealed text,
      key_id text generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      version int not null default 1,
      set_at timestamptz not null default now(),
      set_by text not null,
      primary key (workspace, name)
    )`.execute(db)
  await sql`create index secret_key on secret (key_id)`.execute(db)
  await sql`
    create index audit_of_secrets on audit (workspace, seq)
      where (record ->> 'action') like '%/api/v1/secrets/%' or (record ->> 'action') = 'secret delivered'`.execute(db)
}
