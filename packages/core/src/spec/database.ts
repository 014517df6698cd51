import { z } from 'zod'
import { sizeByNeed } from './need.ts'
import { address, idOf, refOr, tag, tags, vpc } from './values.ts'

const engines = { pg: 'pg', postgresql: 'pg', mysql: 'mysql', valkey: 'valkey', redis: 'valkey' } as const

/** A managed database cluster. */
export const database = z.strictObject({
  engine: z
    .enum(['pg', 'postgresql', 'mysql', 'valkey', 'redis'])
    .transform((word) => engines[word])
    .describe('`postgresql` means `pg`; `redis` means `valkey`, its successor at DigitalOcean. Another replaces it.'),
  version: z
    .string()
    .regex(/^\d+(\.\d+)*$/, 'a version such as 17')
    .optional()
    .describe("Major version; the cloud's default otherwise. A higher one upgrades in place, a lower one replaces."),
  size: z
    .union([z.string().min(1, 'the slug of a size, such as db-s-1vcpu-1gb'), sizeByNeed])
    .describe('Size of each node by its slug, or by need: the cheapest that fits. Changed in place.'),
  num_nodes: z
    .int('1, 2 or 3 nodes')
    .min(1, 'at least 1 node')
    .max(3, 'at most 3 nodes')
    .default(1)
    .describe('One primary and up to two standbys. Changed in place.'),
  storage_gb: z
    .int('a whole number of GiB')
    .min(10, 'at least 10 GiB')
    .optional()
    .describe('Disk in GiB in all, where the size comes with less. Grows in place, never shrinks.'),
  trusted_sources: z
    .strictObject({
      addresses: z.array(refOr(address)).default([]).describe('IP addresses or CIDRs.'),
      machines: z.array(idOf('machine')).default([]),
      tags: z.array(tag).default([]).describe('Machines with one of these tags.'),
    })
    .optional()
    .describe('Who may connect. Where absent, everybody on the internet who has the password may.'),
  vpc: vpc.describe('The private network it is in; the default one of the region otherwise.'),
  tags,
})
