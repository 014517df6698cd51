import { z } from 'zod'

/** Where images are kept, instead of on machines alone. */
export const registrySettings = z
  .strictObject({
    host: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/, 'a host, such as registry.example:5000, without https://')
      .describe('By https; by http where it is this very machine, such as 127.0.0.1:5000.'),
    prefix: z
      .string()
      .regex(/^[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/, 'lower case words, with / between them')
      .optional()
      .describe('Images are `<host>/<prefix>/<project>/<service>`.'),
    username: z.string().min(1).optional().describe('Whom the registry knows.'),
    secret: z.string().min(1).optional().describe('Name of the secret with the password or token.'),
  })
  .refine(
    ({ username, secret }) => (username === undefined) === (secret === undefined),
    'username and secret, or neither',
  )

export type RegistrySettings = z.output<typeof registrySettings>
