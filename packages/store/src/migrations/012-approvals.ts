import { type Kysely, sql } from 'kysely'

/**
 * Approvals stand with the plans that they are for, and go with them. `maker`, `asker` and `decider` are actors, as
 * {kind, id, name}. A token that needs approval can be no admin: it could make another that needs none.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table api_token
      add column approval text not null default 'none' check (approval in ('none', 'required')),
      add check (role <> 'admin' or approval = 'none')`.execute(db)
  await sql`
    alter table workspace
      add column approval text not null default 'agents' check (approval in ('agents', 'destructive', 'always'))`.execute(
    db,
  )
  await sql`
    alter table stored_plan
      add column maker jsonb,
      add column approval text check (approval in ('pending', 'approved', 'rejected')),
      add column asker jsonb,
      add column asked_at timestamptz,
      add column decider jsonb,
      add column decided_at timestamptz,
      add column decision_reason text,
      add column consent text[] not null default '{}'`.execute(db)
  await sql`alter table operation add column budget_override jsonb`.execute(db)
}
