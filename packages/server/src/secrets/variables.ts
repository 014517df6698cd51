import { z } from 'zod'

export const secretSourceNames = ['sealed', 'environment'] as const
export type SecretSourceName = (typeof secretSourceNames)[number]

const words = (text: string) => text.split(/[\s,]+/).filter(Boolean)

/** Where secrets of services are looked for. Part of `variables` in ../settings/environment.ts. */
export const serviceSecretVariables = {
  ATLAS_SECRET_SOURCES: z
    .string()
    .transform(words)
    .pipe(z.array(z.enum(secretSourceNames)))
    .optional()
    .describe(
      'Where secrets of services are looked for, in this order. Default: `sealed,environment`, of these what is configured.',
    ),
}
