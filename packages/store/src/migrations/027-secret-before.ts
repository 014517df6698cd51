import { type Kysely, sql } from 'kysely'

/** Values that secrets of services had before: what is running may still print them, and they are not to be shown. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table secret_before (
      workspace text not null,
      name text not null,
      version int not null,
      sealed text not null,
      key_id text not null generated always as (split_part(sealed, '.', 2)) stored references vault_key,
      primary key (workspace, name, version)
    )`.execute(db)
  await sql`create index secret_before_key on secret_before (key_id)`.execute(db)
}
