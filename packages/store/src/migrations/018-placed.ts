import { type Kysely, sql } from 'kysely'

/** An operation on machines takes several environments with it: each has a deployment of that operation. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`alter table deployment drop constraint deployment_pkey`.execute(db)
  await sql`alter table deployment add primary key (operation, environment_id)`.execute(db)
}
