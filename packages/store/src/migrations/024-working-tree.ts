import { type Kysely, sql } from 'kysely'

/** Releases that were made of a working tree instead of a commit of the repository. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table release add column base text, add column dirty boolean not null default false`.execute(db)
}
