import { AtlasError, type InfrastructureSummary, type JsonObject, type Observed, type Owned } from '@atlas/core'
import type { OwnedResource } from '@atlas/engine'
import type { Connection } from '../connection.ts'
import { groupCommit } from '../group-commit.ts'
import { explained } from '../trouble.ts'
import { isUuid } from '../uuid.ts'
import { readResources } from './owned.ts'
import { type SummaryRow, summary, summaryColumns } from './summary.ts'
import type { Drift } from './tables.ts'

/** An infrastructure as the API shows it. */
export interface InfrastructureRecord extends InfrastructureSummary {
  resources: ResourceRecord[]
  drift: Drift | null
}

/** A resource with what was seen of it last. */
export type ResourceRecord = Owned & {
  phase: Observed['phase'] | 'missing'
  attributes: JsonObject
  monthlyCost: number | null
  observedAt: string
}

export type Which = Pick<InfrastructureSummary, 'id' | 'name'>

/** What planning starts from. */
export interface Remembered {
  id: string
  provider: string
  account: string
  region: string
  revision: number
  owner: string
  /** As last carried out. */
  description: JsonObject | null
  owned: OwnedResource[]
}

export type ResourceRow = [
  name: string,
  type: Owned['type'],
  generation: number,
  id: string,
  physicalId: string,
  specifications: JsonObject,
  dependsOn: string[],
  phase: ResourceRecord['phase'],
  attributes: JsonObject,
  monthly: number | null,
  observed: number,
]

/** A patrol writes only what looks different, so it may have seen a resource later than its row says. */
export const resourceColumns = `json_build_array(r.name, r.type, r.generation, r.cloud_id, r.physical_id,
  r.specifications, r.depends_on, r.phase, r.attributes, r.monthly,
  extract(epoch from greatest(r.observed_at, i.patrolled_at)) * 1000)`

/** Many at once: `$1` workspaces, `$2` names, `$3` ids. */
const text = `
select asked.n, ${summaryColumns}, i.drift, coalesce((
  select json_agg(${resourceColumns} order by r.name, r.generation)
  from resource r where r.infrastructure_id = i.id), '[]')
from unnest($1::text[], $2::text[], $3::uuid[]) with ordinality as asked (workspace, name, id, n)
cross join lateral (
  select * from infrastructure where id = asked.id and workspace = asked.workspace
  union all
  select * from infrastructure where workspace = asked.workspace and name = asked.name
  limit 1) i
left join lateral (select * from tally where infrastructure_id = i.id offset 0) t on true`

type Row = [n: string, summary: SummaryRow, drift: Drift | null, resources: ResourceRow[]]

/** Reads by id or name; who asks while a query is under way is answered by the next one, together with all others. */
export function infrastructureReader({ shown }: Connection) {
  const read = groupCommit<Asked, InfrastructureRecord | undefined>(async (batch) => {
    const asked = [...new Map(batch.map((one) => [keyOf(one), one])).values()]
    const keys = asked.map(({ idOrName }) => idOrName)
    const values = [asked.map(({ workspace }) => workspace), keys, keys.map((key) => (isUuid(key) ? key : null))]
    const { rows } = await explained(() =>
      shown.query<Row>({ name: 'infrastructures', text, values, rowMode: 'array' }),
    )
    const found = new Map(rows.map((row) => [keyOf(asked[Number(row[0]) - 1]!), record(row)]))
    return batch.map((one) => found.get(keyOf(one)))
  }, atOnce)

  /** @throws AtlasError `not_found` */
  return async (workspace: string, idOrName: string): Promise<InfrastructureRecord> => {
    const found = await read({ workspace, idOrName })
    if (!found) throw unknownInfrastructure(workspace, idOrName)
    return found
  }
}

/** `$1` workspace, `$2` name, `$3` id. */
const whichText = `
select id, name from infrastructure where id = $3 and workspace = $1
union all
select id, name from infrastructure where workspace = $1 and name = $2
limit 1`

/** Which one is meant, for who needs nothing else of it: one may hold thousands of resources. @throws AtlasError `not_found` */
export async function which({ pool }: Connection, workspace: string, idOrName: string): Promise<Which> {
  const values = [workspace, idOrName, isUuid(idOrName) ? idOrName : null]
  const { rows } = await explained(() => pool.query<Which>({ name: 'which-infrastructure', text: whichText, values }))
  if (!rows[0]) throw unknownInfrastructure(workspace, idOrName)
  return rows[0]
}

/** Few enough that a large one does not keep many waiting, nor many large ones fill the memory. */
const atOnce = { limit: 60 }

interface Asked {
  workspace: string
  idOrName: string
}

const keyOf = ({ workspace, idOrName }: Asked) => `${workspace} ${idOrName}`

const record = (row: Row): InfrastructureRecord => ({
  ...summary(row[1]),
  drift: row[2],
  resources: row[3].map(resource),
})

export const resource = (row: ResourceRow): ResourceRecord => ({
  resource: row[0],
  type: row[1],
  generation: row[2],
  id: row[3],
  physicalId: row[4],
  specifications: row[5],
  dependsOn: row[6],
  phase: row[7],
  attributes: row[8],
  monthlyCost: row[9],
  observedAt: new Date(row[10]).toISOString(),
})

/** `undefined`: nothing is remembered, so planning starts at revision 0. */
export async function recall(connection: Connection, workspace: string, name: string): Promise<Remembered | undefined> {
  return explained(async () => {
    const row = await connection.db
      .selectFrom('infrastructure')
      .selectAll()
      .where('workspace', '=', workspace)
      .where('name', '=', name)
      .executeTakeFirst()
    if (!row) return undefined
    const { id, provider, account, region, revision, owner, description } = row
    return { id, provider, account, region, revision, owner, description, owned: await readResources(connection, id) }
  })
}

const unknownInfrastructure = (workspace: string, name: string) =>
  new AtlasError('not_found', `There is no infrastructure ${name} in ${workspace}.`, { hint: 'atlas status' })
