import type { JsonObject, Plan } from '@atlas/core'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'

/** A deployment with everything that it was made of. */
export interface Made {
  operation: string
  kind: string
  environment: string
  infrastructure: string
  environmentVersion: string
  spec: JsonObject
  plan: Plan
  /** What was described of the infrastructure when it was deployed. */
  description: JsonObject | null
  /** ISO 8601; null where traffic never moved. */
  servedAt: string | null
}

interface Row extends Omit<Made, 'servedAt' | 'environmentVersion'> {
  environment_version: string
  served_at: Date | null
}

/** The description is that of the last change of the machines that was carried out by then. */
export async function readMade(db: Kysely<Database>, workspace: string, project: string, tag: string): Promise<Made[]> {
  const { rows } = await sql<Row>`
    select o.id as operation, d.kind, e.name as environment, o.infrastructure, d.environment_version, d.spec,
      p.body as plan, d.served_at, (
        select b.body -> 'description' from operation c join plan b on b.operation = c.id
        where c.infrastructure_id = o.infrastructure_id and c.environment_id is null and c.status = 'succeeded'
          and c.finished_at <= o.created_at
        order by c.finished_at desc limit 1) as description
    from deployment d
      join environment e on e.id = d.environment_id
      join operation o on o.id = d.operation
      join plan p on p.operation = o.id
    where e.workspace = ${workspace} and e.project = ${project} and d.release = ${tag}
    order by o.created_at desc limit 100`.execute(db)
  return rows.map(({ environment_version, served_at, ...row }) => ({
    ...row,
    environmentVersion: environment_version,
    servedAt: served_at?.toISOString() ?? null,
  }))
}
