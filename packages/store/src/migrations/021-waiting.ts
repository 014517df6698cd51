import { type Kysely, sql } from 'kysely'

/**
 * Deploys that wait for their turn. Their operation has the status `waiting`, which nobody who looks for running ones
 * sees. `place` is the order of asking; whoever plans one has it until `planned_until`.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table waiting_deploy (
      operation uuid primary key references operation,
      environment_id uuid not null references environment,
      place bigint generated always as identity,
      wish jsonb not null,
      actor jsonb,
      planned_until timestamptz
    )`.execute(db)
  await sql`create index waiting_in_turn on waiting_deploy (environment_id, place)`.execute(db)
}
