import { type AuditEntry, type AuditHead, auditHash, auditRecord } from '@atlas/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Connection } from '../connection.ts'
import { groupCommit } from '../group-commit.ts'
import type { Database } from '../schema.ts'
import { explained } from '../trouble.ts'

/**
 * Appends in the caller's transaction, and answers the records' numbers. From here to its commit every other append
 * waits, so it is the transaction's last statement, after the lock of the events.
 */
export async function appendAudit(tx: Transaction<Database>, entries: readonly AuditEntry[]): Promise<number[]> {
  if (entries.length === 0) return []
  const { at, ...begin } = await lockHead(tx)
  let head = begin
  const rows = entries.map((entry) => {
    const record = auditRecord(entry, head, at)
    head = { seq: record.seq, hash: auditHash(record) }
    return { seq: record.seq, record, hash: head.hash }
  })
  await sql`
    with appended as (
      insert into audit (seq, record, hash)
      select x.seq, x.record, x.hash
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x (seq bigint, record jsonb, hash text))
    update audit_head set seq = ${head.seq}, hash = ${head.hash}`.execute(tx)
  return rows.map(({ seq }) => seq)
}

async function lockHead(tx: Transaction<Database>): Promise<AuditHead & { at: string }> {
  await sql`select from audit_head for update`.execute(tx)
  return readHead(tx)
}

/** Where the chain ends, and the database's time. */
export async function readHead(db: Kysely<Database>): Promise<AuditHead & { at: string }> {
  const { rows } = await sql<{ seq: string; hash: string; at: string }>`
    select seq, hash, to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from audit_head`.execute(db)
  const { seq, hash, at } = rows[0]!
  return { seq: Number(seq), hash, at }
}

/** Appends by itself; who comes while a commit is on its way shares the next one. Answers when it is on the disk. */
export const auditWriter = ({ db }: Connection): ((entry: AuditEntry) => Promise<number>) =>
  groupCommit((batch) => explained(() => db.transaction().execute((tx) => appendAudit(tx, batch))))
