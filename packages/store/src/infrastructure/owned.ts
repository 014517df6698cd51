import type { OwnedResource } from '@atlas/engine'
import type { Connection } from '../connection.ts'

/** What is ours of an infrastructure, with what was seen of it last. */
export async function readResources({ db }: Connection, infrastructureId: string): Promise<OwnedResource[]> {
  const rows = await db
    .selectFrom('resource')
    .selectAll()
    .where('infrastructure_id', '=', infrastructureId)
    .orderBy('name')
    .orderBy('generation')
    .execute()
  return rows.map((row) => ({
    resource: row.name,
    type: row.type,
    generation: row.generation,
    id: row.cloud_id,
    physicalId: row.physical_id,
    specifications: row.specifications,
    dependsOn: row.depends_on,
    attributes: row.attributes,
  }))
}
