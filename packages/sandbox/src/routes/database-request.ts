import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { notFound } from '../http/errors.ts'
import { list, param } from '../http/validation.ts'
import type { Database, DatabaseRule } from '../records/types.ts'

const rule = z.object({
  uuid: z.string().nullish(),
  type: z.enum(['droplet', 'k8s', 'ip_addr', 'tag', 'app']),
  value: z.string(),
  description: z.string().nullish(),
})
export const rules = list(rule)

/** Go clients send 0 for a number that is not given. */
const given = (number: z.ZodNumber) =>
  z
    .literal(0)
    .transform(() => undefined)
    .or(number)
    .optional()
const storageAutoscale = z.object({
  enabled: z.boolean(),
  threshold_percent: given(z.number().int().min(15).max(95)),
  increment_gib: given(z.number().int().min(10).max(500)),
})
export const autoscale = z.object({ storage: storageAutoscale })

const engine = z.enum(['pg', 'mysql', 'redis', 'valkey', 'mongodb', 'kafka', 'opensearch'], 'invalid engine')
/** A new cluster. */
export const create = z.object({
  name: z
    .string('name is required')
    .regex(/^[a-z][a-z0-9-]{2,62}$/, 'invalid cluster name: 3 to 63 lowercase letters, digits and dashes'),
  engine,
  version: z.string().nullish(),
  num_nodes: z.number().int('invalid num_nodes'),
  size: z.string('size is required'),
  region: z.string('region is required'),
  private_network_uuid: z.string().nullish(),
  tags: list(z.string()),
  project_id: z.string().nullish(),
  storage_size_mib: z.number().int().nullish(),
  // The document's name for it, and that of the Go clients.
  autoscale: autoscale.nullish(),
  storage_autoscale: storageAutoscale.nullish(),
  rules,
  backup_restore: z.object({ database_name: z.string(), backup_created_at: z.string().nullish() }).nullish(),
})
export type Wanted = z.output<typeof create>

/** @throws ApiError 404 */
export function databaseOf(cloud: Cloud, request: { params: unknown }): Database {
  const database = cloud.databases.get(param(request, 'database_id'))
  if (!database) throw notFound('cluster not found')
  return database
}

export const newPassword = (): string => `AVNS_${randomBytes(15).toString('base64url').replace(/[-_]/g, 'x')}`

export function ruleOf(cloud: Cloud, { uuid, type, value, description }: z.output<typeof rule>): DatabaseRule {
  const id = uuid || crypto.randomUUID()
  return { uuid: id, type, value, createdAt: cloud.clock.now(), ...(description && { description }) }
}
