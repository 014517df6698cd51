import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { engines } from '../data/database-catalogue.ts'
import { projectOf } from '../records/projects.ts'
import type { Database, DatabasePool, DatabaseReplica, DatabaseRule, DatabaseUser } from '../records/types.ts'

const schemes = {
  pg: 'postgresql',
  mysql: 'mysql',
  redis: 'rediss',
  valkey: 'rediss',
  mongodb: 'mongodb+srv',
  kafka: 'kafka',
  opensearch: 'https',
}

/**
 * Where a cluster is reached. A real server answers on this computer; a cluster that is a record only has a host under
 * `.invalid`, which by RFC 2606 resolves to nothing, so that a client fails at once and plainly.
 */
function connectionShape(database: Database, prefix = '', name = database.names[0] ?? '', login?: DatabaseUser) {
  const { host, port } = endpoint(database, prefix)
  const user = login ?? database.users[0]
  const secure = database.server === undefined
  const mode = { pg: secure ? '?sslmode=require' : '?sslmode=disable', mysql: '?ssl-mode=REQUIRED' }
  const query = database.engine === 'pg' || database.engine === 'mysql' ? mode[database.engine] : ''
  const credentials = `${user?.name ?? 'default'}:${user?.password ?? ''}`
  return {
    protocol: schemes[database.engine],
    uri: `${schemes[database.engine]}://${credentials}@${host}:${port}/${name}${query}`,
    database: name,
    host,
    port,
    user: user?.name ?? 'default',
    password: user?.password ?? '',
    ssl: secure,
  }
}

function endpoint({ id, name, engine, server }: Database, prefix: string): { host: string; port: number } {
  return server ?? { host: `${prefix}${name}-${id.slice(0, 8)}.db.invalid`, port: engines[engine].port }
}

export function databaseShape(cloud: Cloud, database: Database) {
  const connection = connectionShape(database)
  return {
    id: database.id,
    name: database.name,
    engine: database.engine,
    version: database.version,
    semantic_version: database.version.includes('.') ? database.version : `${database.version}.0`,
    num_nodes: database.nodes,
    size: database.size,
    region: database.region,
    status: database.status,
    created_at: iso(database.createdAt),
    private_network_uuid: database.vpc,
    tags: database.tags,
    db_names: database.names,
    connection,
    private_connection: connectionShape(database, 'private-'),
    ...(database.nodes > 1 && {
      standby_connection: connectionShape(database, 'replica-'),
      standby_private_connection: connectionShape(database, 'private-replica-'),
    }),
    users: database.users,
    maintenance_window: { ...database.maintenance, pending: false, description: [] },
    project_id: projectOf(cloud, `do:dbaas:${database.id}`),
    rules: database.rules.map((rule) => ruleShape(database, rule)),
    storage_size_mib: database.storageMib,
    do_settings: { service_cnames: database.cnames },
    ...endOfLife(database),
    metrics_endpoints: [{ host: connection.host, port: 9273 }],
  }
}

function endOfLife({ engine, version }: Database) {
  const end = engines[engine].endOfLife?.[version]
  return end ? { version_end_of_life: end, version_end_of_availability: end } : {}
}

export function ruleShape({ id }: Database, rule: DatabaseRule) {
  const { createdAt, ...rest } = rule
  return { ...rest, cluster_uuid: id, created_at: iso(createdAt) }
}

export function replicaShape(database: Database, replica: DatabaseReplica) {
  const { server: _, ...rest } = database
  const named = { ...rest, id: replica.id, name: replica.name }
  return {
    id: replica.id,
    name: replica.name,
    region: replica.region,
    size: replica.size,
    status: replica.status,
    tags: replica.tags,
    created_at: iso(replica.createdAt),
    private_network_uuid: replica.vpc,
    connection: connectionShape(named),
    private_connection: connectionShape(named, 'private-'),
    storage_size_mib: replica.storageMib,
    do_settings: { service_cnames: [] },
  }
}

/** A pool is reached like a database of its name; a real server here has no pools, and is reached itself. */
export function poolShape(database: Database, pool: DatabasePool) {
  const login = database.users.find(({ name }) => name === pool.user)
  const name = database.server ? pool.db : pool.name
  return {
    ...pool,
    connection: connectionShape(database, '', name, login),
    private_connection: connectionShape(database, 'private-', name, login),
  }
}
