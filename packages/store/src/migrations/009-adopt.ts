import { type Kysely, sql } from 'kysely'

/** An infrastructure may end with everything left in the cloud; and it is remembered when it was last looked at. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table infrastructure
      add column released boolean not null default false,
      add column looked_at timestamptz`.execute(db)
}
