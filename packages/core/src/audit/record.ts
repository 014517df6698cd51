import { createHash } from 'node:crypto'
import { canonical, type JsonObject } from '../json.ts'

/**
 * - `asked`: somebody wants something changed; written before it is.
 * - `answered`: what came of the request that `about` names.
 * - `refused`: a known caller was not let through, so nothing was asked.
 * - `ended`: an operation is over.
 * - `used`: a credential was given out to be used.
 * - `overrode`: an admin had an operation carried out that a budget blocked.
 */
export const auditKinds = ['asked', 'answered', 'refused', 'ended', 'used', 'overrode'] as const

export type AuditKind = (typeof auditKinds)[number]

/** What is told of one happening. It never holds a secret, nor anything of a request's body but the plan's hash and the reason of an override. */
export interface AuditEntry {
  kind: AuditKind
  workspace: string
  actor: { kind: string; id: string; name: string }
  /** The route, such as `POST /api/v1/infrastructure`, or what Atlas did by itself. */
  action: string
  /** What it was done to: a path, a name. */
  object?: string | undefined
  /** Where it came from. */
  origin?: { address: string; userAgent?: string | undefined; request: string } | undefined
  planHash?: string | undefined
  operation?: string | undefined
  /** HTTP status, and the error's code where it is one; of an operation its own status. */
  result?: { status: number | string; code?: string | undefined } | undefined
  /** The number of what this answers. */
  about?: number | undefined
}

/** An entry in its place in the chain. */
export interface AuditRecord {
  /** 1, 2, 3, …: a gap is a finding. */
  seq: number
  /** The database's time, ISO 8601 in UTC with microseconds. */
  at: string
  /** Hash of the record before; 64 zeros before the first. */
  previous: string
  kind: AuditKind
  workspace: string
  actor: { kind: string; id: string; name: string }
  action: string
  object: string | null
  origin: { address: string; user_agent: string | null; request: string } | null
  plan_hash: string | null
  operation: string | null
  result: { status: number | string; code: string | null } | null
  about: number | null
}

export interface AuditHead {
  seq: number
  hash: string
}

/** Before anything happened. */
export const auditBegin: AuditHead = { seq: 0, hash: '0'.repeat(64) }

export function auditRecord(entry: AuditEntry, { seq, hash }: AuditHead, at: string): AuditRecord {
  const { kind, workspace, actor, action, object, origin, planHash, operation, result, about } = entry
  return {
    seq: seq + 1,
    at,
    previous: hash,
    kind,
    workspace: plain(workspace),
    actor: { kind: actor.kind, id: plain(actor.id), name: plain(actor.name) },
    action: plain(action),
    object: object === undefined ? null : plain(object),
    origin: origin
      ? {
          address: plain(origin.address),
          user_agent: origin.userAgent === undefined ? null : plain(origin.userAgent),
          request: plain(origin.request),
        }
      : null,
    plan_hash: planHash === undefined ? null : plain(planHash),
    operation: operation ?? null,
    result: result ? { status: result.status, code: result.code ?? null } : null,
    about: about ?? null,
  }
}

/** SHA-256, in hex, of the record as canonical JSON: `jq -cS 'del(.hash)'` of an exported line without its line end. */
export const auditHash = (record: AuditRecord): string =>
  createHash('sha256')
    .update(canonical(record as unknown as JsonObject))
    .digest('hex')

/** Callers choose some of it (a header, a path): short, and nothing in it that a terminal or a database would take amiss. */
const plain = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 300)
    .toWellFormed()
