import { z } from 'zod'

const ranges = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/

const isPrivateRange = (text: string) => {
  const bits = Number(text.split('/')[1])
  return z.cidrv4().safeParse(text).success && ranges.test(text) && bits >= 16 && bits <= 28
}

/** A private network of machines, databases and load balancers in one region. */
export const vpc = z.strictObject({
  ip_range: z
    .string()
    .refine(isPrivateRange, 'a private range from /16 to /28, such as 10.10.0.0/20')
    .optional()
    .describe('Private range that overlaps no other of the account; the cloud chooses otherwise. Another replaces it.'),
  description: z
    .string()
    .max(160, 'at most 160 characters: the cloud takes 255, and Atlas signs in the rest')
    .optional()
    .describe('Free text. Changed in place.'),
})
