import type { ResourceFilter, ResourcePlace } from '@atlas/core'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import { explained } from '../trouble.ts'
import { type ResourceRecord, type ResourceRow, resource, resourceColumns } from './infrastructure.ts'

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
  const { rows: page, ...more } = pageOf(
    rows.map(([row]) => resource(row)),
    limit,
    (last): ResourcePlace => [last.resource, last.generation],
  )
  return { resources: page, ...more }
}
