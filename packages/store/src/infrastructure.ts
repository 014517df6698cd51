import { AtlasError, type JsonObject, type Observed, type Owned } from '@atlas/core'
import type { OwnedResource } from '@atlas/engine'
import type { Selectable } from 'kysely'
import type { Connection } from './connection.ts'
import { readResources } from './journal.ts'
import type { Database, Drift } from './schema.ts'
import { explained } from './trouble.ts'

/** An infrastructure as the API shows it. */
export interface InfrastructureRecord {
  id: string
  name: string
  provider: string
  account: string
  region: string
  revision: number
  status: 'new' | 'changing' | 'ready' | 'degraded' | 'destroyed'
  /** USD at list price of what has one. */
  monthlyCost: number
  tags: Record<string, string>
  resources: ResourceRecord[]
  drift: Drift | null
  createdAt: string
  updatedAt: string
}

/** A resource with what was seen of it last. */
export type ResourceRecord = Owned & {
  phase: Observed['phase'] | 'missing'
  attributes: JsonObject
  monthlyCost: number | null
  observedAt: string
}

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

export async function listInfrastructures(connection: Connection, workspace: string): Promise<InfrastructureRecord[]> {
  return explained(async () => {
    const rows = await infrastructures(connection).where('workspace', '=', workspace).orderBy('name').execute()
    return withResources(connection, rows)
  })
}

/** By id or name. @throws AtlasError `not_found` */
export async function readInfrastructure(
  connection: Connection,
  workspace: string,
  idOrName: string,
): Promise<InfrastructureRecord> {
  return explained(async () => {
    const rows = await infrastructures(connection)
      .where('workspace', '=', workspace)
      .where((eb) =>
        eb.or([eb('name', '=', idOrName), eb(eb.cast<string>('infrastructure.id', 'text'), '=', idOrName)]),
      )
      .execute()
    const [found] = await withResources(connection, rows)
    if (!found) throw unknownInfrastructure(workspace, idOrName)
    return found
  })
}

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

export const unknownInfrastructure = (workspace: string, name: string) =>
  new AtlasError('not_found', `There is no infrastructure ${name} in ${workspace}.`, { hint: 'atlas status' })

const infrastructures = ({ db }: Connection) =>
  db
    .selectFrom('infrastructure')
    .selectAll('infrastructure')
    .select((eb) => [
      eb
        .selectFrom('operation')
        .select('operation.status')
        .whereRef('operation.infrastructure_id', '=', 'infrastructure.id')
        .orderBy('operation.created_at', 'desc')
        .limit(1)
        .as('latest'),
    ])

type Row = Selectable<Database['infrastructure']> & { latest: string | null }

async function withResources({ db }: Connection, rows: Row[]): Promise<InfrastructureRecord[]> {
  if (rows.length === 0) return []
  const resources = await db
    .selectFrom('resource')
    .selectAll()
    .where(
      'infrastructure_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('name')
    .orderBy('generation')
    .execute()
  const of = Map.groupBy(resources, (resource) => resource.infrastructure_id)
  return rows.map((row) => view(row, of.get(row.id) ?? []))
}

function view(row: Row, resources: Selectable<Database['resource']>[]): InfrastructureRecord {
  const cost = resources.reduce((sum, { monthly }) => sum + (monthly ?? 0), 0)
  return {
    id: row.id,
    name: row.name,
    provider: row.provider,
    account: row.account,
    region: row.region,
    revision: row.revision,
    status: statusOf(row, resources),
    monthlyCost: Math.round(cost * 100) / 100,
    tags: row.tags,
    resources: resources.map((resource) => resourceView(resource, row.patrolled_at)),
    drift: row.drift,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

function statusOf(row: Row, resources: Selectable<Database['resource']>[]): InfrastructureRecord['status'] {
  if (row.latest === 'queued' || row.latest === 'running') return 'changing'
  if (row.destroyed_at) return 'destroyed'
  if (row.description === null && resources.length === 0) return 'new'
  const whole = row.latest === 'succeeded' && row.drift === null && resources.every(({ phase }) => phase === 'ready')
  return whole ? 'ready' : 'degraded'
}

const resourceView = (row: Selectable<Database['resource']>, patrolledAt: Date): ResourceRecord => ({
  resource: row.name,
  type: row.type,
  generation: row.generation,
  id: row.cloud_id,
  physicalId: row.physical_id,
  specifications: row.specifications,
  dependsOn: row.depends_on,
  phase: row.phase,
  attributes: row.attributes,
  monthlyCost: row.monthly,
  // A patrol writes only what looks different.
  observedAt: (row.observed_at > patrolledAt ? row.observed_at : patrolledAt).toISOString(),
})
