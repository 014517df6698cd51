import { roles, type Token } from '@atlas/core'
import { z } from 'zod'

const time = z.string().meta({ examples: ['2026-11-20T10:00:00.000Z'] })

export const tokenJson = z
  .object({
    id: z.string().meta({ examples: ['5b2f4f0e-6a3a-4a55-9a0c-7b1f8f6f2c11'] }),
    name: z.string().meta({ examples: ['ci'] }),
    role: z.enum(roles),
    approval: z.enum(['none', 'required']).describe('`required`: an agent’s; people approve what it asks for'),
    prefix: z
      .string()
      .describe('How the token begins: to find where it is used')
      .meta({ examples: ['atlas_k3v9x2pd'] }),
    created_by: z.string().describe('Who made it'),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable().describe('To the minute'),
    revoked_at: time.nullable(),
  })
  .meta({ id: 'Token' })

export type TokenJson = z.infer<typeof tokenJson>

export const newTokenJson = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(80)
      .describe('What it is for')
      .meta({ examples: ['ci'] }),
    role: z.enum(roles).describe('What it may do; each role may also do what the ones before it may'),
    approval: z
      .enum(['none', 'required'])
      .default('none')
      .describe('`required` for an agent: it changes nothing but by a plan that a person has approved. Not for admins'),
    expires_at: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('It is good until then; without it, until it is revoked')
      .meta({ examples: ['2027-11-20T10:00:00Z'] }),
  })
  .meta({ id: 'NewToken', examples: [{ name: 'ci', role: 'operator', expires_at: '2027-11-20T10:00:00Z' }] })

export const tokenToJson = (view: Token): TokenJson => ({
  id: view.id,
  name: view.name,
  role: view.role,
  approval: view.approval,
  prefix: view.prefix,
  created_by: view.createdBy,
  created_at: view.createdAt,
  expires_at: view.expiresAt,
  last_used_at: view.lastUsedAt,
  revoked_at: view.revokedAt,
})
