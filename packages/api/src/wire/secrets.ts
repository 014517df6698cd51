import { z } from 'zod'
import type { KeptSecretView, NeededSecretView } from '../control/secrets.ts'
import { type Alphabet, alphabets, alphabetsInWords } from '../generate.ts'

const time = z.string().meta({ examples: ['2026-11-20T10:00:00.000Z'] })

export const secretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'expected letters, digits and underscores, first a letter')
  .transform((name) => name.toUpperCase())
  .meta({
    description: 'Such as HOSTOMATIC_PROD_DB_PASSWORD: project, environment and secret',
    examples: ['HOSTOMATIC_PROD_DB_PASSWORD'],
  })

/** Shorter ones would be no secret, and would be cut out of every log line. NUL ends a variable. */
export const newSecretJson = z
  .strictObject({
    value: z
      .string()
      .min(8, 'expected at least 8 characters')
      .max(32_768)
      .regex(/^[^\0]*$/, 'expected a text without NUL'),
  })
  .meta({ id: 'NewSecret', examples: [{ value: 'correct horse battery' }] })

const generateJson = z.strictObject({
  length: z.int().min(16).max(256).default(32),
  alphabet: z
    .enum(Object.keys(alphabets) as [Alphabet, ...Alphabet[]])
    .default('letters-digits')
    .describe(alphabetsInWords),
})

/** Nothing given is a value that is generated as when nothing is said of it. */
export const rotationOfSecretJson = z
  .union([newSecretJson, z.strictObject({ generate: generateJson.prefault({}) })])
  .meta({ id: 'ServiceSecretRotation', examples: [{ generate: { length: 32, alphabet: 'letters-digits' } }] })

export const keptSecretJson = z
  .object({
    name: z.string().meta({ examples: ['HOSTOMATIC_PROD_DB_PASSWORD'] }),
    version: z
      .int()
      .describe('Every value that is set has its own number')
      .meta({ examples: [3] }),
    set_at: time,
    set_by: z.string().meta({ examples: ['root'] }),
  })
  .meta({ id: 'Secret' })

export const rotatedSecretJson = z.object({
  secret: keptSecretJson,
  holders: z
    .array(z.object({ project: z.string(), environment: z.string(), service: z.string() }))
    .describe('Services that run with the value before, until they are deployed again: `kind` `redeploy` does that'),
})

export const neededSecretJson = z
  .object({
    name: z
      .string()
      .describe('As the configuration of the services calls it')
      .meta({ examples: ['db_password'] }),
    variable: z.string().nullable().describe('The name that it is found under; null where it has no value'),
    source: z
      .string()
      .nullable()
      .describe('Where it would be taken from now')
      .meta({ examples: ['sealed'] }),
    version: z.string().nullable().describe('What its source counts it by; null where it counts nothing'),
    set_at: time.nullable().describe('Null where it is not kept by Atlas'),
    set_by: z.string().nullable(),
    services: z.array(
      z.object({
        service: z.string().meta({ examples: ['backend'] }),
        delivered: z
          .object({ at: time, operation: z.string(), release: z.string() })
          .nullable()
          .describe('The deployment that brought the value that it runs with'),
        current: z.boolean().describe('Whether that is the value that there is now'),
      }),
    ),
  })
  .meta({ id: 'NeededSecret' })

export const keptSecretToJson = ({ setAt, setBy, ...view }: KeptSecretView): z.infer<typeof keptSecretJson> => ({
  ...view,
  set_at: setAt,
  set_by: setBy,
})

export const neededSecretToJson = ({ setAt, setBy, ...view }: NeededSecretView): z.infer<typeof neededSecretJson> => ({
  ...view,
  set_at: setAt,
  set_by: setBy,
})
