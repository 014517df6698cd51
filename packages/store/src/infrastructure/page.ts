import type { InfrastructureFilter, InfrastructureSummary } from '@atlas/core'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import { shared } from '../shared.ts'
import { explained } from '../trouble.ts'
import { type SummaryRow, status as statusOf, summarised, summary, summaryColumns } from './summary.ts'

export interface InfrastructurePage {
  found: InfrastructureSummary[]
  /** Where more follow: the name to go on behind. */
  next?: string
}

/** One statement for every filter, so that it is parsed and planned once. Names are unique, so a page ends at one. */
const text = `
select ${summaryColumns} as row
from ${summarised}
where i.workspace = $1 and i.name > $2 and ($4::text is null or ${statusOf} = $4)
  and ($5::text is null or i.provider = $5) and i.tags @> $6 and starts_with(i.name, $7)
order by i.name
limit $3`

/** Pages by name. Whoever asks for the same page at the same time gets it by the same query. */
export function infrastructurePages({ shown }: Connection) {
  const share = shared<InfrastructurePage>()

  return (workspace: string, filter: InfrastructureFilter): Promise<InfrastructurePage> => {
    const { after = '', limit, status, provider, tags = {}, prefix = '' } = filter
    const values = [workspace, after, limit + 1, status ?? null, provider ?? null, JSON.stringify(tags), prefix]
    const read = async () => {
      const query = { name: 'infrastructure-page', text, values, rowMode: 'array' }
      const { rows } = await explained(() => shown.query<[SummaryRow]>(query))
      const { rows: found, ...more } = pageOf(
        rows.map(([row]) => summary(row)),
        limit,
        ({ name }) => name,
      )
      return { found, ...more }
    }
    return share(JSON.stringify(values), read)
  }
}
