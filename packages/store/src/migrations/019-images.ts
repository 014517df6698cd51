import { type Kysely, sql } from 'kysely'

/** What a step told stays with it for the steps behind it, and a release knows its images by their digests. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table step add column told jsonb`.execute(db)
  await sql`alter table release add column images jsonb not null default '{}'`.execute(db)
}
