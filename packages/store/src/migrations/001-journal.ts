import { type Kysely, sql } from 'kysely'

/**
 * The journal and what it keeps. `claim` says whose a cloud resource is (its primary key decides every race), `resource`
 * is the state: what is ours and how it was seen last. `step.tokens` are all attempts ever intended, so that a sweep
 * knows a stray of ours from what only a lost database knew.
 *
 * What is written for every step (step, claim, resource, event) has as few indexes as it can, and no foreign keys: they
 * cost a look-up per row, and such rows are only ever written beside their parent, under the guard.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table infrastructure (
      id uuid primary key default gen_random_uuid(),
      workspace text not null,
      name text not null,
      owner text not null,
      provider text not null,
      account text not null,
      region text not null,
      revision int not null default 0,
      description jsonb,
      tags jsonb not null default '{}',
      drift jsonb,
      patrolled_at timestamptz not null default now(),
      destroyed_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (workspace, name)
    )`.execute(db)
  await sql`create index infrastructure_owner on infrastructure (owner)`.execute(db)

  await sql`
    create table operation (
      id uuid primary key,
      infrastructure_id uuid not null references infrastructure,
      workspace text not null,
      infrastructure text not null,
      owner text not null,
      account text not null,
      kind text not null,
      undoes uuid,
      plan_hash text not null,
      idempotency_key text,
      status text not null default 'queued',
      cancel_requested boolean not null default false,
      epoch int not null default 0,
      worker int,
      error jsonb,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      unique (workspace, idempotency_key)
    ) with (fillfactor = 50)`.execute(db)
  await sql`
    create unique index operation_one_at_a_time on operation (infrastructure_id)
      where status in ('queued', 'running')`.execute(db)
  await sql`create index operation_latest on operation (workspace, created_at desc)`.execute(db)

  await sql`
    create table plan (
      operation uuid primary key references operation,
      body jsonb not null,
      description_before jsonb
    )`.execute(db)

  await sql`
    create table step (
      operation uuid not null,
      n int not null,
      action text not null,
      resource text not null,
      type text not null,
      identity text not null,
      monthly float8,
      status text not null default 'pending',
      attempt int not null default 0,
      tokens text[] not null default '{}',
      before text[],
      cloud_id text,
      physical_id text,
      error jsonb,
      started_at timestamptz,
      finished_at timestamptz,
      primary key (operation, n)
    ) with (fillfactor = 70)`.execute(db)

  await sql`
    create table claim (
      account text not null,
      type text not null,
      physical_id text not null,
      cloud_id text not null,
      identity text not null,
      owner text not null,
      operation uuid not null,
      step int not null,
      verdict text not null,
      at timestamptz not null default now(),
      primary key (account, type, physical_id)
    )`.execute(db)
  await sql`create unique index claim_one_owned on claim (identity) where verdict = 'owned'`.execute(db)
  await sql`create index claim_doomed on claim (owner) where verdict = 'doomed'`.execute(db)

  await sql`
    create table resource (
      infrastructure_id uuid not null,
      identity text not null,
      name text not null,
      type text not null,
      generation int not null,
      account text not null,
      cloud_id text not null,
      physical_id text not null,
      specifications jsonb not null,
      depends_on text[] not null,
      monthly float8,
      phase text not null,
      attributes jsonb not null,
      observed_at timestamptz not null default now(),
      primary key (infrastructure_id, identity)
    )`.execute(db)

  await sql`
    create table event (
      id bigint generated always as identity,
      type text not null,
      time timestamptz not null default clock_timestamp(),
      workspace text not null,
      infrastructure text not null,
      operation uuid,
      step int,
      data jsonb not null,
      primary key (workspace, id)
    )`.execute(db)

  await sql`
    create table quarantine (
      account text not null,
      type text not null,
      physical_id text not null,
      owner text not null,
      stamp jsonb not null,
      at timestamptz not null default now(),
      primary key (account, type, physical_id)
    )`.execute(db)

  await sql`create sequence worker_no as int`.execute(db)
}
