import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { regionOf } from '../data/catalogue.ts'
import { engines, includedStorageMib } from '../data/database-catalogue.ts'
import { conflict, notFound, unprocessable } from '../http/errors.ts'
import { type App, list, param } from '../http/validation.ts'
import { freeAddress } from '../records/addresses.ts'
import { useTags } from '../records/tags.ts'
import type { Database, DatabaseReplica } from '../records/types.ts'
import { replicaShape } from '../shapes/database.ts'
import { bringOnline, note } from '../work/databases.ts'
import { databaseOf } from './database-request.ts'

const create = z.object({
  name: z.string('name is required').min(3),
  region: z.string().nullish(),
  size: z.string().nullish(),
  private_network_uuid: z.string().nullish(),
  storage_size_mib: z.number().int().nullish(),
  tags: list(z.string()),
})

/** Read-only replicas, and what promotes one to a cluster of its own. */
export function databaseReplicaRoutes(app: App, cloud: Cloud): void {
  const replicas = '/v2/databases/:database_id/replicas'
  app.get(replicas, async (request) => {
    const database = databaseOf(cloud, request)
    return { replicas: database.replicas.map((replica) => replicaShape(database, replica)) }
  })

  app.post(replicas, { schema: { body: create } }, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const replica = addReplica(cloud, database, request.body)
    reply.code(201)
    return { replica: replicaShape(database, replica) }
  })

  app.get(`${replicas}/:name`, async (request) => {
    const database = databaseOf(cloud, request)
    return { replica: replicaShape(database, replicaOf(database, request)) }
  })

  app.delete(`${replicas}/:name`, async (request, reply) => {
    const database = databaseOf(cloud, request)
    dropReplica(cloud, database, replicaOf(database, request))
    return reply.code(204).send()
  })

  app.put(`${replicas}/:name/promote`, async (request, reply) => {
    const database = databaseOf(cloud, request)
    const replica = replicaOf(database, request)
    dropReplica(cloud, database, replica)
    const { id, name, region, size, vpc, storageMib, tags } = replica
    const { server: _, address: __, ...copied } = database
    const own = {
      replicas: [],
      pools: [],
      nodes: 1,
      events: [],
      status: 'forking' as const,
      createdAt: cloud.clock.now(),
      source: database.id,
      ...(database.address !== undefined && { address: freeAddress(cloud) }),
    }
    const promoted = cloud.databases.put({ ...copied, id, name, region, size, vpc, storageMib, tags, ...own })
    note(cloud, promoted, 'cluster_master_promotion')
    bringOnline(cloud, id)
    return reply.code(204).send()
  })
}

/** @throws ApiError 404 */
function replicaOf({ replicas }: Database, request: { params: unknown }): DatabaseReplica {
  const replica = replicas.find(({ name }) => name === param(request, 'name'))
  if (!replica) throw notFound('replica not found')
  return replica
}

/** A replica is resized under its own id, as a cluster is. @returns whether the id is a replica's */
export function resizeReplica(cloud: Cloud, id: string, size: string, storageMib: number): boolean {
  for (const { id: owner, engine, replicas } of cloud.databases.all()) {
    if (!replicas.some((replica) => replica.id === id)) continue
    if (!engines[engine].sizes.includes(size)) throw unprocessable('invalid size')
    const status = 'resizing' as const
    const change = { size, status, storageMib: Math.max(storageMib, includedStorageMib(size)) }
    cloud.databases.update(owner, {
      replicas: replicas.map((each) => (each.id === id ? { ...each, ...change } : each)),
    })
    bringOnline(cloud, owner)
    return true
  }
  return false
}

function dropReplica(cloud: Cloud, database: Database, gone: DatabaseReplica): void {
  cloud.databases.update(database.id, { replicas: database.replicas.filter((replica) => replica !== gone) })
}

function addReplica(cloud: Cloud, database: Database, wanted: z.output<typeof create>): DatabaseReplica {
  if (!['pg', 'mysql'].includes(database.engine))
    throw unprocessable(`replicas are not supported by ${database.engine} clusters`)
  if (database.replicas.some(({ name }) => name === wanted.name))
    throw conflict('a replica with this name already exists')
  const size = wanted.size || database.size
  const region = wanted.region || database.region
  if (!engines[database.engine].sizes.includes(size)) throw unprocessable('invalid size')
  if (!regionOf(region)?.available) throw unprocessable('invalid region')
  const replica: DatabaseReplica = {
    id: crypto.randomUUID(),
    name: wanted.name,
    region,
    size,
    vpc: wanted.private_network_uuid || database.vpc,
    status: 'creating',
    storageMib: Math.max(wanted.storage_size_mib ?? 0, includedStorageMib(size)),
    tags: useTags(cloud, wanted.tags),
    createdAt: cloud.clock.now(),
  }
  cloud.databases.update(database.id, { replicas: [...database.replicas, replica] })
  bringOnline(cloud, database.id)
  return replica
}
