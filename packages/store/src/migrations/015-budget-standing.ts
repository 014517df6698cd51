import { type Kysely, sql } from 'kysely'

/** How a budget stood when it was last looked at: what figures show, and by what a threshold is told of once. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table budget
      add column verdict text not null default 'ok' check (verdict in ('ok', 'warn', 'block')),
      add column would_be float8,
      add column month_to_date float8,
      add column judged_at timestamptz not null default 'epoch'`.execute(db)
}
