import { type AuditRecord, auditKinds, type ChainedRecord } from '@atlas/core'
import { z } from 'zod'

/** A record as it was hashed, with its hash. Nothing is left out or renamed, so that anybody can hash it again. */
export const auditRecordJson = z
  .object({
    seq: z.number().int().describe('1, 2, 3, … over all workspaces'),
    at: z
      .string()
      .describe('The database’s time')
      .meta({ examples: ['2026-11-20T10:00:00.123456Z'] }),
    previous: z.string().describe('Hash of the record before'),
    kind: z
      .enum(auditKinds)
      .describe('asked: before a change; answered: what came of it; refused; ended: an operation; used: a credential'),
    workspace: z.string(),
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    action: z.string().meta({ examples: ['POST /api/v1/infrastructure'] }),
    object: z.string().nullable(),
    origin: z.object({ address: z.string(), user_agent: z.string().nullable(), request: z.string() }).nullable(),
    plan_hash: z.string().nullable(),
    operation: z.string().nullable(),
    result: z.object({ status: z.union([z.number(), z.string()]), code: z.string().nullable() }).nullable(),
    about: z.number().int().nullable().describe('The `seq` of what this answers'),
    hash: z.string().describe('SHA-256 of the record without this, as canonical JSON'),
  })
  .meta({ id: 'AuditRecord' })

export const auditToJson = ({ record, hash }: ChainedRecord): AuditRecord & { hash: string } => ({ ...record, hash })

export const auditVerdictJson = z
  .object({
    ok: z.boolean(),
    records: z.number().int(),
    head: z
      .object({ seq: z.number().int(), hash: z.string() })
      .describe('Note it elsewhere: a later verification with it finds what was cut off or made anew'),
    findings: z.array(
      z.object({
        seq: z.number().int(),
        what: z.enum(['changed', 'missing', 'relinked', 'truncated', 'diverged']),
        text: z.string(),
      }),
    ),
  })
  .meta({ id: 'AuditVerdict' })
