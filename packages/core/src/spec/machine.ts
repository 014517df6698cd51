import { z } from 'zod'
import { imageByNeed, sizeByNeed } from './need.ts'
import { name, refOr, tags, vpc } from './values.ts'

const backupPolicy = z.strictObject({
  plan: z.enum(['weekly', 'daily']).describe('Weekly costs 20% of the machine, daily 30%.'),
  weekday: z
    .enum(['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'])
    .optional()
    .describe('Day of a weekly backup; otherwise one is chosen for each machine, so that they spread over the week.'),
  hour: z
    .literal([0, 4, 8, 12, 16, 20])
    .optional()
    .describe('UTC hour at which the window of four hours starts; the cloud chooses otherwise.'),
})

/** A virtual machine (`droplet` at DigitalOcean). */
export const machine = z.strictObject({
  size: z
    .union([z.string().min(1, 'the slug of a size, such as s-1vcpu-1gb'), sizeByNeed])
    .describe(
      'A size by its slug, or by need: the cheapest that fits. Changed in place, with the machine powered off.',
    ),
  hostname: name.optional().describe("Its host name; the resource's name otherwise. Changed in place."),
  image: refOr(
    z.union([z.string().min(1, 'the slug of an image, such as ubuntu-24-04-x64'), imageByNeed]),
    'snapshot.id',
  )
    .default('ubuntu-24-04-x64')
    .describe('An image by its slug, by need, or a snapshot. Another image replaces the machine.'),
  ssh_keys: z
    .array(refOr(z.string().min(1), 'ssh_key.id', 'ssh_key.fingerprint'))
    .default([])
    .describe(
      'Keys that may log in as root: fingerprints, ids or names of keys of the account, or references. Read at creation only.',
    ),
  backups: z
    .union([z.boolean(), backupPolicy])
    .default(false)
    .describe('Automatic backups: `true` is weekly, or a plan with its time.'),
  monitoring: z.boolean().default(false).describe("Installs the cloud's metrics agent at creation."),
  ipv6: z.boolean().default(false).describe('Gives it a public IPv6 address too. Cannot be taken away in place.'),
  user_data: refOr(z.string().max(65_536, 'at most 64 KiB'))
    .optional()
    .describe(
      'Run at the first boot: a `#!` script or `#cloud-config`. Another text replaces the machine. Kept as it is in the database and in plans as JSON: no place for secrets.',
    ),
  vpc: vpc.describe(
    'The private network it is in; the default one of the region otherwise. Another replaces the machine.',
  ),
  tags,
})
