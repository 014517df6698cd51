import { type Kysely, sql } from 'kysely'

/**
 * Services stay in their slots when nothing of them changes, so a deployment has a slot for each instead of one for all.
 * Those on record get the one that they had, and a version that no service has: they start anew with the next deploy.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    update deployment set spec = (spec - 'slot') || jsonb_build_object('running', (
      select coalesce(jsonb_object_agg(service ->> 'name', jsonb_build_object(
        'slot', spec -> 'slot', 'release', release, 'version', 'unknown', 'secrets', '{}'::jsonb)), '{}')
      from jsonb_array_elements(spec -> 'services') service))
    where spec ? 'slot'`.execute(db)
}
