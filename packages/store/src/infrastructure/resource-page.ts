import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import { type ResourceRecord, type ResourceRow, resource, resourceColumns } from './infrastructure.ts'

export interface ResourceFilter {
  /** Goes on behind this one. */
  after?: ResourcePlace
  limit: number
  type?: string
  phase?: ResourceRecord['phase']
}

/** While one is replaced there are two of its name. */
export type ResourcePlace = [name: string, generation: number]

const text = `
select ${resourceColumns}
from resource r join infrastructure i on i.id = r.infrastructure_id
where r.infrastructure_id = $1 and (r.name, r.generation) > ($2, $3)
  and ($4::text is null or r.type = $4) and ($5::text is null or r.phase = $5)
order by r.name, r.generation
limit $6`

/** The resources of an infrastructure by name. `next` is there where more follow. */
export async function resourcePage(
  { pool }: Connection,
  infrastructureId: string,
  { after = ['', 0], limit, type, phase }: ResourceFilter,
): Promise<{ resources: ResourceRecord[]; next?: ResourcePlace }> {
  const values = [infrastructureId, ...after, type ?? null, phase ?? null, limit + 1]
  const { rows } = await explained(() =>
    pool.query<[ResourceRow]>({ name: 'resource-page', text, values, rowMode: 'array' }),
  )
  const resources = rows.slice(0, limit).map(([row]) => resource(row))
  const last = resources.at(-1)
  return rows.length > limit ? { resources, next: [last!.resource, last!.generation] } : { resources }
}
