import { type Kysely, sql } from 'kysely'

/** Which request asked for an operation, and where that stands in a distributed trace: events of it say so too. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table operation add column request_id text, add column traceparent text`.execute(db)
}
