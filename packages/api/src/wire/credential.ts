import { z } from 'zod'
import type { CredentialCheck, CredentialView, KeyRotation } from '../control/credentials.ts'

const time = z.string().meta({ examples: ['2026-11-20T10:00:00.000Z'] })
const provider = z.string().meta({ examples: ['digitalocean'] })
const source = z
  .string()
  .describe('Where it is kept')
  .meta({ examples: ['sealed'] })
const fingerprint = z
  .string()
  .describe('Tells one from another, and reveals nothing of it')
  .meta({ examples: ['9c1185a5c5e9'] })

export const credentialJson = z
  .object({
    provider,
    source: source.nullable(),
    fingerprint: fingerprint.nullable(),
    status: z
      .enum(['present', 'unavailable'])
      .describe('`unavailable`: the place where it is kept cannot be asked now')
      .meta({ examples: ['present'] }),
    hint: z.string().optional(),
    created_at: time.nullable().describe('Null where it is not kept by Atlas'),
    rotated_at: time.nullable().describe('When it was last replaced'),
    last_used_at: time.nullable().describe('By an operation, a patrol or a check; to the minute'),
  })
  .meta({ id: 'Credential' })

export type CredentialJson = z.infer<typeof credentialJson>

/** Long enough for a key file; short values would be no secret, and would be cut out of every log line. */
export const newCredentialJson = z
  .record(
    z.string().max(80),
    z
      .string()
      .min(8, 'expected at least 8 characters')
      .max(16_384)
      // What no cloud makes, and no header can carry: it was copied from a text, or cut short by a terminal.
      .refine((value) => /^[\t\r\n -~]*$/.test(value), 'expected ASCII only: is it all there, without …?'),
  )
  .describe('What the cloud asks for, by field')
  .meta({ id: 'NewCredential', examples: [{ token: 'dop_v1_0123456789abcdef' }] })

export const checkJson = z
  .object({
    provider,
    source: source.nullable().describe('Null where the sandbox stands in'),
    fingerprint: fingerprint.nullable(),
    status: z.enum(['connected', 'no_credential', 'unreachable']).meta({ examples: ['connected'] }),
    account: z
      .string()
      .nullable()
      .meta({ examples: ['digitalocean:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'] }),
    hint: z.string().optional(),
  })
  .meta({ id: 'CredentialCheck' })

export type CredentialCheckJson = z.infer<typeof checkJson>

export const rotationJson = z
  .object({
    key_id: z
      .string()
      .describe('Id of the key that seals from now on')
      .meta({ examples: ['5a0be9d1c37cbd51'] }),
    resealed: z
      .number()
      .int()
      .describe('So many secrets were sealed anew')
      .meta({ examples: [12] }),
    retired: z.array(z.string()).describe('Keys that nothing is sealed with any more'),
    left_in_environment: z.array(z.string()).describe('Keys to take out of ATLAS_VAULT_KEY'),
  })
  .meta({ id: 'KeyRotation' })

export type KeyRotationJson = z.infer<typeof rotationJson>

export const credentialToJson = ({ createdAt, rotatedAt, lastUsedAt, ...view }: CredentialView): CredentialJson => ({
  ...view,
  created_at: createdAt,
  rotated_at: rotatedAt,
  last_used_at: lastUsedAt,
})

export const checkToJson = (check: CredentialCheck): CredentialCheckJson => check

export const rotationToJson = ({ keyId, leftInEnvironment, ...rest }: KeyRotation): KeyRotationJson => ({
  ...rest,
  key_id: keyId,
  left_in_environment: leftInEnvironment,
})
