import { type Kysely, sql } from 'kysely'

/**
 * Requests of each caller by window, summed over all nodes. Unlogged: a crash forgets at most two windows of counts, and
 * nothing is written to the log for what is only a courtesy between nodes.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create unlogged table request_count (
      caller text not null,
      "window" bigint not null,
      requests bigint not null,
      primary key (caller, "window")
    ) with (fillfactor = 50)`.execute(db)
}
