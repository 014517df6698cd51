import { type Kysely, sql } from 'kysely'

/**
 * What serves is watched by one server at a time, whose `term` is greater than those of all before it: what an earlier one
 * still does is told from that. A target that fails while nothing else is left of its service `stays` where it is.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`create table watch (sole boolean primary key default true check (sole), term bigint not null default 0)`.execute(
    db,
  )
  await sql`insert into watch default values`.execute(db)
  await sql`alter table ejected_target add column stays boolean not null default false`.execute(db)
}
