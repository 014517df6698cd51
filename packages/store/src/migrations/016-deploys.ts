import { type Kysely, sql } from 'kysely'

/**
 * Deploys. `environment` is to a project's environment what `infrastructure` is to machines: its revision makes older
 * plans stale, `serving` is the deployment that traffic goes to. A deployment is its operation. Operations of different
 * environments run side by side; none runs beside one that changes the machines.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table environment (
      id uuid primary key default gen_random_uuid(),
      workspace text not null,
      project text not null,
      name text not null,
      infrastructure_id uuid not null references infrastructure,
      revision int not null default 0,
      serving uuid,
      created_at timestamptz not null default now(),
      unique (workspace, project, name)
    )`.execute(db)
  await sql`
    create table release (
      workspace text not null,
      project text not null,
      tag text not null,
      version text not null,
      url text not null,
      ref text not null,
      commit text not null,
      tree text not null,
      created_at timestamptz not null default now(),
      primary key (workspace, project, tag)
    )`.execute(db)
  await sql`
    create table deployment (
      operation uuid primary key references operation,
      environment_id uuid not null references environment,
      kind text not null,
      release text not null,
      environment_version text not null,
      spec jsonb not null,
      served_at timestamptz
    )`.execute(db)
  await sql`create index deployment_of on deployment (environment_id, served_at desc)`.execute(db)
  await sql`
    create table port_assignment (
      infrastructure_id uuid not null references infrastructure,
      port int not null,
      derived int not null,
      project text not null,
      environment text not null,
      service text not null,
      slot text not null,
      primary key (infrastructure_id, port),
      unique (infrastructure_id, project, environment, service, slot)
    )`.execute(db)

  await sql`alter table operation add column environment_id uuid references environment`.execute(db)
  await sql`drop index operation_one_at_a_time`.execute(db)
  await sql`
    create unique index operation_one_at_a_time on operation (infrastructure_id, environment_id) nulls not distinct
      where status in ('queued', 'running')`.execute(db)
}
