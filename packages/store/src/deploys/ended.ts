import { sql, type Transaction } from 'kysely'
import type { NewEvent } from '../events/events.ts'
import type { Database } from '../schema.ts'

/**
 * Where traffic was moved, the deployment serves from now on, also when what came after failed. Plans made meanwhile are
 * stale. There is no event of its own: the end of the operation says which release.
 */
export async function deployEnded(tx: Transaction<Database>, operation: string): Promise<NewEvent[]> {
  const switches = await tx
    .selectFrom('step')
    .select('status')
    .where('operation', '=', operation)
    .where('action', '=', 'switch')
    .execute()
  const moved = switches.length > 0 && switches.every(({ status }) => status === 'done')
  if (moved) {
    await tx.updateTable('deployment').set({ served_at: sql<Date>`now()` }).where('operation', '=', operation).execute()
    await rememberIds(tx, operation)
    await keepImages(tx, operation)
  }
  // A project whose machines have all gone is served no more.
  const serving = sql<
    string | null
  >`(select case when spec->'machines' = '[]' and kind = 'place' then null else operation end
    from deployment where operation = ${operation} and environment_id = environment.id)`
  await tx
    .updateTable('environment')
    .set((eb) => ({ revision: eb('revision', '+', 1), ...(moved && { serving }) }))
    .where('id', 'in', (eb) => eb.selectFrom('deployment').select('environment_id').where('operation', '=', operation))
    .execute()
  return []
}

/** Machines, and load balancers of the cloud, that the operation has made itself got their ids on the way. */
const rememberIds = (tx: Transaction<Database>, operation: string) =>
  sql`
    update deployment set spec = jsonb_set(spec, '{ids}', (
      select coalesce(jsonb_object_agg(made.name, made.cloud_id), '{}') from (
        select distinct on (resource.name) resource.name, resource.cloud_id
        from resource join operation on operation.infrastructure_id = resource.infrastructure_id
        where operation.id = ${operation} and (
          resource.type = 'machine' and (spec->'machines' ? resource.name or spec->>'master' = resource.name)
          or resource.type = 'load_balancer'
            and resource.name in (select value from jsonb_each_text(coalesce(spec->'balancers', '{}'))))
        order by resource.name, resource.generation desc) made))
    where operation = ${operation} and kind = 'place'`.execute(tx)

/** Nothing serves where there are no machines any more. */
export const nothingServes = (tx: Transaction<Database>, infrastructureId: string) =>
  tx
    .updateTable('environment')
    .set((eb) => ({ revision: eb('revision', '+', 1), serving: null }))
    .where('infrastructure_id', '=', infrastructureId)
    .execute()
/** What was built is known by its digest from now on: a promotion and a way back run exactly that. */
async function keepImages(tx: Transaction<Database>, operation: string): Promise<void> {
  await sql`
    with built as (
      select told ->> 'service' as service, told ->> 'image' as image
      from step where operation = ${operation} and action = 'build' and status = 'done')
    update deployment set spec = jsonb_set(spec, '{services}', (
      select jsonb_agg(one || case when image is null then '{}' else jsonb_build_object('image', image) end order by n)
      from jsonb_array_elements(spec -> 'services') with ordinality as s (one, n)
      left join built on service = one ->> 'name'))
    where operation = ${operation} and exists (select from built)`.execute(tx)
  await sql`
    update release r set images = images || (
      select coalesce(jsonb_object_agg(one ->> 'name', one -> 'image') filter (where one ? 'image'), '{}')
      from jsonb_array_elements(d.spec -> 'services') one)
    from deployment d join environment e on e.id = d.environment_id
    where d.operation = ${operation}
      and r.workspace = e.workspace and r.project = e.project and r.tag = d.release`.execute(tx)
}
