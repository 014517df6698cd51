import { type Kysely, sql } from 'kysely'

/**
 * Targets that the load balancer sends nothing to, because they did not answer. They belong to a deployment: the next one
 * begins with all of its own.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table ejected_target (
      environment_id uuid not null references environment,
      deployment uuid not null,
      service text not null,
      machine text not null,
      reason text not null,
      since timestamptz not null default now(),
      primary key (environment_id, deployment, service, machine)
    )`.execute(db)
}
