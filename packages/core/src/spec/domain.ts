import { z } from 'zod'

/** A DNS zone. */
export const domain = z.strictObject({
  name: z
    .string()
    .regex(
      /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
      'a domain in lower case, such as example.com',
    )
    .describe('Such as `example.com`. Another replaces the zone with all of its records.'),
})
