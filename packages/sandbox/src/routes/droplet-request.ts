import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { notFound, unprocessable } from '../http/errors.ts'
import { integer, list, param } from '../http/validation.ts'
import type { Droplet } from '../records/types.ts'

export const backupPolicy = z
  .object({
    plan: z.enum(['daily', 'weekly']).default('weekly'),
    weekday: z.enum(['', 'SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']).optional(),
    hour: z.literal([0, 4, 8, 12, 16, 20]).default(0),
  })
  .transform(({ weekday, ...rest }) => ({ ...rest, ...(weekday && { weekday }) }))

const hostname = z
  .string('Name is required.')
  .regex(
    /^[a-zA-Z0-9]?[a-zA-Z0-9.-]*[a-zA-Z0-9]$/,
    'Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)',
  )
  .max(255, 'Name is too long (maximum is 255 characters).')

const options = z.object({
  region: z.string().nullish(),
  size: z.string('You specified an invalid size for Droplet creation.'),
  image: z.union([z.string(), z.number()], 'You specified an invalid image for Droplet creation.'),
  ssh_keys: list(z.union([z.string(), z.number()])),
  backups: z.boolean().nullish(),
  backup_policy: backupPolicy.nullish(),
  ipv6: z.boolean().nullish(),
  monitoring: z.boolean().nullish(),
  tags: list(z.string()),
  user_data: z.string().max(65_536, 'User data must be smaller than 64KB.').nullish(),
  // godo sends each as an object.
  volumes: list(z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])),
  vpc_uuid: z.string().nullish(),
  with_droplet_agent: z.boolean().nullish(),
  public_networking: z.boolean().nullish(),
})
export type DropletOptions = z.output<typeof options>

const one = z.object({ name: hostname, ...options.shape })
const several = z.object({
  names: z.array(hostname).min(1).max(10, 'You may create 10 Droplets at once at most.'),
  ...options.shape,
})
/** One droplet by `name`, or up to ten by `names`. */
export const body = z.unknown().transform((value, context) => {
  const schema = value && typeof value === 'object' && 'names' in value ? several : one
  const result = schema.safeParse(value)
  if (result.success) return result.data
  for (const issue of result.error.issues) context.addIssue({ ...issue, code: 'custom' })
  return z.NEVER
})

/** @throws ApiError 404 */
export function dropletOf(cloud: Cloud, request: { params: unknown }): Droplet {
  const droplet = cloud.droplets.get(integer(param(request, 'droplet_id')))
  if (!droplet) throw notFound()
  return droplet
}

export const pending = () => unprocessable('Droplet already has a pending event.')
