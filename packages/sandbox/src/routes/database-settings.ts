import { z } from 'zod'
import { iso } from '../clock.ts'
import type { Cloud } from '../cloud.ts'
import { engines } from '../data/database-catalogue.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { type App, list, param } from '../http/validation.ts'
import type { Database } from '../records/types.ts'
import { settle } from '../work/background.ts'
import { note } from '../work/databases.ts'
import { autoscale, databaseOf } from './database-request.ts'

const day = 24 * 3_600_000
const policies = [
  'noeviction',
  'allkeys_lru',
  'allkeys_random',
  'volatile_lru',
  'volatile_random',
  'volatile_ttl',
] as const
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const maintenance = z.object({
  day: z.enum(weekdays),
  hour: z.string().regex(/^\d{1,2}:\d{2}(:\d{2})?$/, 'must be HH:MM'),
})
const source = z.object({ host: z.string(), port: z.number().int(), dbname: z.string().optional() })
const migration = z.object({ source, disable_ssl: z.boolean().optional(), ignore_dbs: list(z.string()) })

/** What a cluster is told and remembers, its backups and events. */
export function databaseSettingRoutes(app: App, cloud: Cloud): void {
  const base = '/v2/databases/:database_id'
  const read = (path: string, answer: (database: Database) => unknown) =>
    app.get(`${base}/${path}`, async (request) => answer(databaseOf(cloud, request)))
  const write = <S extends z.ZodType>(
    path: string,
    schema: S,
    change: (database: Database, body: z.output<S>) => Partial<Database>,
  ) =>
    app.put(`${base}/${path}`, { schema: { body: schema } }, async (request, reply) => {
      const database = databaseOf(cloud, request)
      cloud.databases.update(database.id, change(database, request.body as z.output<S>))
      return reply.code(204).send()
    })

  write('maintenance', maintenance, (_, window) => ({ maintenance: window }))
  write('install_update', z.unknown(), () => ({}))

  read('eviction_policy', (database) => ({ eviction_policy: only(database, 'redis', 'valkey').evictionPolicy }))
  write('eviction_policy', z.object({ eviction_policy: z.enum(policies) }), (database, body) => {
    only(database, 'redis', 'valkey')
    return { evictionPolicy: body.eviction_policy }
  })

  read('sql_mode', (database) => ({ sql_mode: only(database, 'mysql').sqlMode }))
  write('sql_mode', z.object({ sql_mode: z.string() }), (database, body) => {
    only(database, 'mysql')
    return { sqlMode: body.sql_mode }
  })

  write('upgrade', z.object({ version: z.string() }), (database, { version }) => {
    const { versions } = engines[database.engine]
    if (!versions.includes(version)) throw unprocessable(`invalid version: one of ${versions.join(', ')}`)
    if (versions.indexOf(version) < versions.indexOf(database.version)) throw unprocessable('a version cannot go back')
    return { version }
  })

  read('do_settings', ({ cnames }) => ({ do_settings: { service_cnames: cnames } }))
  const names = z.object({ do_settings: z.object({ service_cnames: list(z.string()) }) })
  write('do_settings', names, (_, { do_settings }) => ({ cnames: do_settings.service_cnames }))

  // As the document has it, and as the Go clients read it.
  read('autoscale', ({ autoscale: storage }) => ({ autoscale: { storage }, storage }))
  write('autoscale', autoscale, (_, { storage }) => ({ autoscale: storage }))

  read('config', ({ config }) => ({ config }))
  const config = z.object({ config: z.record(z.string(), z.unknown()) })
  app.patch(`${base}/config`, { schema: { body: config } }, async (request, reply) => {
    const database = databaseOf(cloud, request)
    cloud.databases.update(database.id, { config: { ...database.config, ...request.body.config } })
    return reply.code(200).send()
  })

  read('backups', (database) => backups(database, cloud.clock.now()))
  read('events', ({ name, events }) => ({
    events: events.map(({ id, type, at }) => ({ id, cluster_name: name, event_type: type, create_time: iso(at) })),
  }))

  read('online-migration', (database) => migrationShape(database))
  app.put(`${base}/online-migration`, { schema: { body: migration } }, async (request) => {
    const database = databaseOf(cloud, request)
    // No data moves: a source outside is not reached from here, and the record says how a client would see it.
    const running = { id: crypto.randomUUID(), status: 'running', createdAt: cloud.clock.now() }
    const changed = cloud.databases.update(database.id, { migration: running })!
    note(cloud, changed, 'cluster_update')
    cloud.background.start(`database:${database.id}`, async () => {
      await settle(cloud)
      const current = cloud.databases.get(database.id)?.migration
      if (current?.id === running.id) cloud.databases.update(database.id, { migration: { ...running, status: 'done' } })
    })
    return migrationShape(changed)
  })
  app.delete(`${base}/online-migration/:migration_id`, async (request, reply) => {
    const database = databaseOf(cloud, request)
    if (database.migration?.id !== param(request, 'migration_id')) throw notFound('migration not found')
    const { migration: _, ...rest } = database
    cloud.databases.put(rest)
    return reply.code(204).send()
  })
}

function only(database: Database, ...engines: Database['engine'][]): Database {
  if (!engines.includes(database.engine)) throw unprocessable(`this is not supported by ${database.engine} clusters`)
  return database
}

/** One a day at 20:40, of which seven are kept. */
function backups({ createdAt }: Database, now: number) {
  const taken = Math.floor((now - createdAt) / day)
  const kept = Array.from({ length: Math.min(taken, 7) }, (_, index) => createdAt + (taken - index) * day).reverse()
  return {
    backups: kept.map((at) => ({ created_at: iso(at), size_gigabytes: 0.03, incremental: false })),
    scheduled_backup_time: { backup_hour: 20, backup_minute: 40, backup_interval_hours: 24 },
  }
}

function migrationShape({ migration }: Database) {
  if (!migration) throw notFound('migration not found')
  return { id: migration.id, status: migration.status, created_at: iso(migration.createdAt) }
}
