import { type AuditFinding, type AuditHead, type AuditRecord, auditVerifier, type ChainedRecord } from '@atlas/core'
import { sql } from 'kysely'
import type { Connection } from '../connection.ts'
import { pageOf } from '../page.ts'
import { explained } from '../trouble.ts'
import { readHead } from './append.ts'

export interface AuditPage {
  /** `undefined`: of all workspaces. */
  workspace: string | undefined
  /** The latest first, older than this. */
  before?: number | undefined
  limit: number
  /** Only what came of changes to secrets of services, and their deliveries: of this one, or of all with `*`. */
  secret?: string | undefined
}

/** The action of a record that says that a service was given a secret; its object begins with the secret's name. */
export const secretDelivered = 'secret delivered'

/** `next`: the number to go on before, where older ones follow. */
export function listAudit(
  { db }: Connection,
  { workspace, before, limit, secret }: AuditPage,
): Promise<{ lines: ChainedRecord[]; next?: number }> {
  return explained(async () => {
    let query = db
      .selectFrom('audit')
      .select(['record', 'hash'])
      .orderBy('seq', 'desc')
      .limit(limit + 1)
    if (workspace !== undefined) query = query.where('workspace', '=', workspace)
    if (secret !== undefined) query = query.where(aboutSecret(secret))
    if (before !== undefined) query = query.where('seq', '<', String(before))
    const { rows: lines, ...more } = pageOf(await query.execute(), limit, ({ record }) => record.seq)
    return { lines, ...more }
  })
}

/** In the words of the index `audit_of_secrets`. */
const ofSecrets = sql<boolean>`((record ->> 'action') like '%/api/v1/secrets/%' or (record ->> 'action') = 'secret delivered')
  and record ->> 'kind' <> 'asked'`

function aboutSecret(name: string) {
  if (name === '*') return ofSecrets
  const path = `/API/V1/SECRETS/${name}`
  return sql<boolean>`${ofSecrets} and (upper(record ->> 'object') in (${path}, ${`${path}/ROTATE`})
    or starts_with(record ->> 'object', ${`${name} from `}))`
}

const pieceOf = 1000

/** From the first to the last, without all of them in memory. */
export async function* walkAudit(
  { db }: Connection,
  workspace: string | undefined,
): AsyncGenerator<ChainedRecord & { seq: number }> {
  let after = 0
  for (;;) {
    const piece = await explained(() => {
      const query = db.selectFrom('audit').select(['seq', 'record', 'hash']).where('seq', '>', String(after))
      const those = workspace === undefined ? query : query.where('workspace', '=', workspace)
      return those.orderBy('seq').limit(pieceOf).execute()
    })
    for (const { seq, record, hash } of piece) yield { seq: Number(seq), record, hash }
    if (piece.length < pieceOf) return
    after = Number(piece.at(-1)!.seq)
  }
}

export interface AuditVerdict {
  ok: boolean
  records: number
  head: AuditHead
  findings: AuditFinding[]
}

/** @param noted a head that was noted earlier, and that the chain must still go through */
export async function verifyAudit(connection: Connection, noted: AuditHead | undefined): Promise<AuditVerdict> {
  const { seq, hash } = await explained(() => readHead(connection.db))
  const verifier = auditVerifier([{ seq, hash }, ...(noted ? [noted] : [])])
  for await (const { seq: place, record, hash: kept } of walkAudit(connection, undefined)) {
    // The place in the table is part of what is verified: a row that was moved has another number in its record.
    verifier.take({ record: record.seq === place ? record : ({ ...record, seq: place } as AuditRecord), hash: kept })
  }
  return verifier.end()
}
