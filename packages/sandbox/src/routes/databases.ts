import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import {
  certificate,
  databaseOptions,
  engines,
  firstConfig,
  includedStorageMib,
  sqlMode,
} from '../data/database-catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { listed, page } from '../http/page.ts'
import { type App, param, queryOf } from '../http/validation.ts'
import { freeAddress } from '../records/addresses.ts'
import { assign } from '../records/projects.ts'
import { hasTag, useTags } from '../records/tags.ts'
import type { Database, DatabaseUser, Engine } from '../records/types.ts'
import { defaultVpc } from '../records/vpcs.ts'
import { databaseShape } from '../shapes/database.ts'
import { note, pass } from '../work/databases.ts'
import { resizeReplica } from './database-replicas.ts'
import { create, databaseOf, newPassword, ruleOf, type Wanted } from './database-request.ts'

const resize = z.object({
  size: z.string('size is required'),
  num_nodes: z.number().int(),
  storage_size_mib: z.number().int().nullish(),
})

export function databaseRoutes(app: App, cloud: Cloud): void {
  const shape = (database: Database) => databaseShape(cloud, database)

  app.get('/v2/databases/options', async () => databaseOptions())

  app.get('/v2/databases', async (request) => {
    const { tag_name } = queryOf(request)
    const all = listed(request, cloud.databases)
    const found = all.filter((database) => tag_name === undefined || hasTag(database, tag_name))
    // This listing alone tells neither how many there are nor of other pages, and gives all where none is asked for.
    if (!('page' in queryOf(request))) return { databases: found.map(shape) }
    const { databases } = page(request, 'databases', found, shape)
    return { databases }
  })

  app.post('/v2/databases', { schema: { body: create } }, async (request, reply) => {
    const database = createDatabase(cloud, request.body)
    reply.code(201)
    return { database: shape(database) }
  })

  app.get('/v2/databases/:database_id', async (request) => ({ database: shape(databaseOf(cloud, request)) }))

  app.delete('/v2/databases/:database_id', async (request, reply) => {
    cloud.databases.remove(databaseOf(cloud, request).id)
    return reply.code(204).send()
  })

  app.put('/v2/databases/:database_id/resize', { schema: { body: resize } }, async (request, reply) => {
    const { size, num_nodes: nodes, storage_size_mib } = request.body
    if (resizeReplica(cloud, param(request, 'database_id'), size, storage_size_mib ?? 0)) return reply.code(202).send()
    const database = databaseOf(cloud, request)
    refuseSize(database.engine, size, nodes)
    const storageMib = Math.max(storage_size_mib ?? 0, database.storageMib, includedStorageMib(size))
    note(cloud, database, 'cluster_update')
    pass(cloud, database.id, 'resizing', { size, nodes, storageMib })
    return reply.code(202).send()
  })

  const migrate = z.object({ region: z.string() })
  app.put('/v2/databases/:database_id/migrate', { schema: { body: migrate } }, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const { region } = request.body
    if (!regionOf(region)?.available) throw unprocessable('invalid region')
    note(cloud, database, 'cluster_update')
    pass(cloud, database.id, 'migrating', { region, vpc: defaultVpc(cloud, region).id })
    return reply.code(202).send()
  })

  app.get('/v2/databases/:database_id/ca', async (request) => {
    databaseOf(cloud, request)
    return { ca: { certificate } }
  })
}

function createDatabase(cloud: Cloud, wanted: Wanted): Database {
  const facts = engines[wanted.engine]
  const version = wanted.version || facts.standard
  if (!facts.versions.includes(version)) throw unprocessable(`invalid version: one of ${facts.versions.join(', ')}`)
  if (!regionOf(wanted.region)?.available) throw unprocessable('invalid region')
  refuseSize(wanted.engine, wanted.size, wanted.num_nodes)
  if (cloud.databases.count('name', wanted.name)) throw unprocessable('cluster name is not available')
  const vpc = wanted.private_network_uuid
    ? cloud.vpcs.get(wanted.private_network_uuid)
    : defaultVpc(cloud, wanted.region)
  if (!vpc) throw unprocessable('invalid private_network_uuid')
  const source = wanted.backup_restore && cloud.databases.first('name', wanted.backup_restore.database_name)
  if (wanted.backup_restore && !source) throw notFound('cluster to restore from not found')
  const createdAt = cloud.clock.now()
  const database = cloud.databases.put({
    id: crypto.randomUUID(),
    name: wanted.name,
    engine: wanted.engine,
    version,
    size: wanted.size,
    nodes: wanted.num_nodes,
    region: wanted.region,
    vpc: vpc.id,
    status: 'creating',
    storageMib: Math.max(wanted.storage_size_mib ?? 0, includedStorageMib(wanted.size)),
    tags: useTags(cloud, wanted.tags),
    users: source ? source.users : [firstUser(wanted.engine)],
    names: source ? source.names : firstNames(wanted.engine),
    pools: [],
    rules: wanted.rules.map((rule) => ruleOf(cloud, rule)),
    replicas: [],
    maintenance: { day: 'sunday', hour: '04:00:00' },
    evictionPolicy: 'noeviction',
    sqlMode,
    config: firstConfig[wanted.engine] ?? {},
    cnames: [],
    autoscale: {
      ...{ enabled: false, threshold_percent: 80, increment_gib: 10 },
      ...(wanted.autoscale?.storage ?? wanted.storage_autoscale),
    },
    events: [{ id: crypto.randomUUID().slice(0, 8), type: 'cluster_create', at: createdAt }],
    createdAt,
    ...(wanted.engine === 'pg' && cloud.databaseKeeper.real && { address: freeAddress(cloud) }),
    ...(source && { source: source.id }),
  })
  assign(cloud, `do:dbaas:${database.id}`, wanted.project_id)
  pass(cloud, database.id, source ? 'forking' : 'creating')
  return cloud.databases.get(database.id)!
}

const firstUser = (engine: Engine): DatabaseUser => ({
  name: engine === 'redis' || engine === 'valkey' ? 'default' : 'doadmin',
  role: 'primary',
  password: newPassword(),
})

function firstNames(engine: Engine): string[] {
  if (engine === 'pg' || engine === 'mysql') return ['defaultdb']
  return engine === 'mongodb' ? ['admin'] : []
}

function refuseSize(engine: Engine, size: string, nodes: number): void {
  const facts = engines[engine]
  if (!facts.sizes.includes(size)) throw unprocessable(`invalid size: one of ${facts.sizes.join(', ')}`)
  if (!facts.nodes.includes(nodes)) throw unprocessable(`invalid num_nodes: one of ${facts.nodes.join(', ')}`)
}
