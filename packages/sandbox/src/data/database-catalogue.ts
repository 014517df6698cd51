import { readFileSync } from 'node:fs'
import type { Engine } from '../records/types.ts'
import { prices, regions } from './catalogue.ts'

/** Storage that a size comes with, in GiB. The first three are DigitalOcean's (2026-09), the others are assumed. */
const storageGib: Readonly<Record<string, number>> = {
  'db-s-1vcpu-1gb': 10,
  'db-s-1vcpu-2gb': 30,
  'db-s-2vcpu-4gb': 60,
  'db-s-4vcpu-8gb': 140,
  'db-s-6vcpu-16gb': 290,
  'db-s-8vcpu-32gb': 580,
  'db-s-16vcpu-64gb': 1120,
}
const allSizes = Object.keys(storageGib)

interface EngineFacts {
  versions: readonly string[]
  standard: string
  nodes: readonly number[]
  sizes: readonly string[]
  port: number
  endOfLife?: Readonly<Record<string, string>>
}

/** postgresql.org/support/versioning, 2026-09. */
const postgresEndOfLife = {
  14: '2026-11-12T00:00:00Z',
  15: '2027-11-11T00:00:00Z',
  16: '2028-11-09T00:00:00Z',
  17: '2029-11-08T00:00:00Z',
  18: '2030-11-14T00:00:00Z',
}

/** Port numbers and node counts as DigitalOcean has them. */
export const engines: Readonly<Record<Engine, EngineFacts>> = {
  pg: {
    versions: ['14', '15', '16', '17', '18'],
    standard: '18',
    nodes: [1, 2, 3],
    sizes: allSizes,
    port: 25060,
    endOfLife: postgresEndOfLife,
  },
  mysql: { versions: ['8'], standard: '8', nodes: [1, 2, 3], sizes: allSizes, port: 25060 },
  redis: { versions: ['7'], standard: '7', nodes: [1, 2], sizes: allSizes, port: 25061 },
  valkey: { versions: ['8'], standard: '8', nodes: [1, 2], sizes: allSizes, port: 25061 },
  mongodb: { versions: ['7', '8'], standard: '8', nodes: [1, 3], sizes: allSizes, port: 27017 },
  kafka: { versions: ['3.8'], standard: '3.8', nodes: [3, 6, 9, 15], sizes: allSizes.slice(2), port: 25073 },
  opensearch: { versions: ['2'], standard: '2', nodes: [1, 3, 6, 9, 15], sizes: allSizes.slice(1), port: 25060 },
}

export const includedStorageMib = (size: string): number => (storageGib[size] ?? 10) * 1024

/** Monthly price of one node in USD; `undefined` where no source tells it: then its use is metered and not priced. */
export const nodePrice = (engine: Engine, size: string): number | undefined =>
  prices.get(`database.${engine === 'redis' ? 'valkey' : engine}.${size}.1node`)

/** What GET /v2/databases/options answers. */
export function databaseOptions() {
  const open = regions.filter((region) => region.available).map(({ slug }) => slug)
  const entries = Object.entries(engines)
  const options = entries.map(([engine, { versions, standard, nodes, sizes }]) => {
    const layouts = nodes.map((count) => ({ num_nodes: count, sizes }))
    return [engine, { regions: open, versions, layouts, default_version: standard }] as const
  })
  const availability = entries.map(([engine, { versions, endOfLife }]) => {
    const dates = (version: string) => {
      const end = endOfLife?.[version] ?? null
      return { end_of_life: end, end_of_availability: end, version }
    }
    return [engine, versions.map(dates)] as const
  })
  return { options: Object.fromEntries(options), version_availability: Object.fromEntries(availability) }
}

/** The authority that clients are told to trust, in base64 as the API has it. It has signed nothing. */
export const certificate = readFileSync(new URL('ca.pem', import.meta.url)).toString('base64')

export const sqlMode =
  'ANSI,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,STRICT_ALL_TABLES'

const memory = {
  lfu_log_factor: 10,
  lfu_decay_time: 1,
  ssl: true,
  timeout: 300,
  notify_keyspace_events: '',
  persistence: 'rdb',
}
const prefixed = (prefix: string) =>
  Object.fromEntries(Object.entries(memory).map(([key, value]) => [prefix + key, value]))

/** A new cluster's settings, as far as DigitalOcean's document names what they are by default. */
export const firstConfig: { readonly [E in Engine]?: Readonly<Record<string, unknown>> } = {
  mysql: { sql_mode: sqlMode, sql_require_primary_key: true },
  redis: prefixed('redis_'),
  valkey: prefixed('valkey_'),
}
