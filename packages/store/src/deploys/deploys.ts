import { AtlasError, type Deployment, type JsonObject, type Release } from '@atlas/core'
import type { Kysely } from 'kysely'
import type { Connection } from '../connection.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'
import { type Made, readMade } from './made.ts'

export interface DeploymentRecord {
  /** Its operation. */
  id: string
  kind: Deployment['kind']
  project: string
  environment: string
  infrastructure: string
  release: Release
  environmentVersion: string
  spec: JsonObject
  servedAt: string | null
}

export interface EnvironmentRecord {
  project: string
  environment: string
  infrastructure: string
  revision: number
  /** Whether an operation waits or runs that changes it, or the machines that it is on. */
  changing: boolean
  serving: DeploymentRecord | undefined
  /** What served, the latest first; what serves now is among them. */
  served: DeploymentRecord[]
}

/** What was deployed where. Reads only: `submit` and the journal write it. */
export interface Deploys {
  /** `undefined`: nothing was ever deployed there. */
  environment(workspace: string, project: string, name: string): Promise<EnvironmentRecord | undefined>
  /** Every environment, by project and name. */
  environments(workspace: string): Promise<EnvironmentRecord[]>
  /** The latest first. */
  releases(workspace: string, filter: { project?: string; limit: number }): Promise<Release[]>
  /** @throws AtlasError `not_found` */
  release(workspace: string, project: string, tag: string): Promise<Release>
  /** Every deployment of a release, the latest first, with all that it was made of. @throws AtlasError `not_found` */
  made(workspace: string, project: string, tag: string): Promise<Made[]>
  /** Of all services on an infrastructure. */
  ports(infrastructureId: string): Promise<Omit<Database['port_assignment'], 'infrastructure_id'>[]>
}

/** So many are remembered of an environment when it is looked at; older ones stay in the records. */
const remembered = 100

export const deploys = ({ db }: Connection): Deploys => ({
  environment: (workspace, project, name) =>
    explained(async () => {
      const [row] = await environmentRows(db, workspace)
        .where('environment.project', '=', project)
        .where('environment.name', '=', name)
        .execute()
      return row && readEnvironment(db, workspace, row)
    }),
  environments: (workspace) =>
    explained(async () => {
      const rows = await environmentRows(db, workspace)
        .orderBy('environment.project')
        .orderBy('environment.name')
        .execute()
      return Promise.all(rows.map((row) => readEnvironment(db, workspace, row)))
    }),
  releases: (workspace, { project, limit }) =>
    explained(async () => {
      let query = releaseRows(db, workspace).orderBy('release.created_at', 'desc').limit(limit)
      if (project !== undefined) query = query.where('release.project', '=', project)
      return (await query.execute()).map(releaseOf)
    }),
  release: (workspace, project, tag) =>
    explained(async () => {
      const row = await releaseRows(db, workspace)
        .where('release.project', '=', project)
        .where('release.tag', '=', tag)
        .executeTakeFirst()
      if (row) return releaseOf(row)
      throw new AtlasError('not_found', `There is no release ${tag} of ${project}.`, {
        hint: `atlas releases ${project}`,
      })
    }),
  made: (workspace, project, tag) => explained(() => readMade(db, workspace, project, tag)),
  ports: (infrastructureId) =>
    explained(() =>
      db
        .selectFrom('port_assignment')
        .select(['project', 'environment', 'service', 'slot', 'port', 'derived'])
        .where('infrastructure_id', '=', infrastructureId)
        .orderBy('port')
        .execute(),
    ),
})

const environmentRows = (db: Kysely<Database>, workspace: string) =>
  db
    .selectFrom('environment')
    .innerJoin('infrastructure', 'infrastructure.id', 'environment.infrastructure_id')
    .select([
      'environment.id',
      'environment.project',
      'environment.name',
      'environment.revision',
      'environment.serving',
      'infrastructure.name as infrastructure',
    ])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('operation')
            .select('operation.id')
            .whereRef('operation.infrastructure_id', '=', 'infrastructure.id')
            .where('operation.status', 'in', ['queued', 'running'])
            .where((own) =>
              own.or([
                own('operation.environment_id', 'is', null),
                own('operation.environment_id', '=', own.ref('environment.id')),
              ]),
            ),
        )
        .$castTo<boolean>()
        .as('changing'),
    )
    .where('environment.workspace', '=', workspace)

type EnvironmentRow = Awaited<ReturnType<ReturnType<typeof environmentRows>['execute']>>[number]

async function readEnvironment(
  db: Kysely<Database>,
  workspace: string,
  row: EnvironmentRow,
): Promise<EnvironmentRecord> {
  const { id, project, name: environment, revision, changing, infrastructure } = row
  const rows = await releaseRows(db, workspace)
    .innerJoin('deployment', (join) =>
      join.onRef('deployment.release', '=', 'release.tag').on('deployment.environment_id', '=', id),
    )
    .select(['deployment.operation', 'deployment.kind', 'environment_version', 'spec', 'served_at'])
    .where('release.project', '=', project)
    .where('served_at', 'is not', null)
    .orderBy('served_at', 'desc')
    .limit(remembered)
    .execute()
  const served = rows.map(
    (one): DeploymentRecord => ({
      id: one.operation,
      kind: one.kind,
      project,
      environment,
      infrastructure,
      release: releaseOf(one),
      environmentVersion: one.environment_version,
      spec: one.spec,
      servedAt: one.served_at?.toISOString() ?? null,
    }),
  )
  return {
    project,
    environment,
    infrastructure,
    revision,
    changing,
    serving: served.find((one) => one.id === row.serving),
    served,
  }
}

const releaseRows = (db: Kysely<Database>, workspace: string) =>
  db
    .selectFrom('release')
    .select([
      'release.project',
      'release.tag',
      'release.version',
      'release.url',
      'release.ref',
      'release.commit',
      'release.tree',
      'release.base',
      'release.dirty',
      'release.images',
      'release.created_at',
    ])
    .select((eb) =>
      eb
        .selectFrom('deployment as d')
        .innerJoin('environment as e', 'e.id', 'd.environment_id')
        .select((inner) =>
          inner.fn.coalesce(inner.fn.agg<string[]>('array_agg', ['e.name']).distinct(), inner.val([])).as('names'),
        )
        .whereRef('d.release', '=', 'release.tag')
        .whereRef('e.project', '=', 'release.project')
        .whereRef('e.workspace', '=', 'release.workspace')
        .where('d.served_at', 'is not', null)
        .as('served_in'),
    )
    .where('release.workspace', '=', workspace)

type ReleaseRow = Awaited<ReturnType<ReturnType<typeof releaseRows>['execute']>>[number]

const releaseOf = ({ created_at, served_in, ...row }: ReleaseRow): Release => ({
  project: row.project,
  tag: row.tag,
  version: row.version,
  url: row.url,
  ref: row.ref,
  commit: row.commit,
  tree: row.tree,
  base: row.base,
  dirty: row.dirty,
  images: row.images,
  createdAt: created_at.toISOString(),
  servedIn: served_in ?? [],
})
