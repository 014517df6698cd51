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
  let last = begin
  const rows = entries.map((entry) => {
    const record = auditRecord(entry, last, at)
    last = { seq: record.seq, hash: auditHash(record) }
    return { seq: record.seq, record, hash: last.hash }
  })
  await sql`
    with appended as (
      insert into audit (seq, record, hash)
      select x.seq, x.record, x.hash
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x (seq bigint, record jsonb, hash text))
    update audit_head set seq = ${last.seq}, hash = ${last.hash}`.execute(tx)
  return rows.map(({ seq }) => seq)
}

/** Who waited for another append reads what that one left: a row that changed under a lock is read anew. */
const lockHead = (tx: Transaction<Database>) => head(tx, sql`for update`)

/** Where the chain ends, and the database's time. */
export const readHead = (db: Kysely<Database>): Promise<AuditHead & { at: string }> => head(db, sql``)

async function head(db: Kysely<Database>, lock: ReturnType<typeof sql>): Promise<AuditHead & { at: string }> {
  const { rows } = await sql<{ seq: string; hash: string; at: string }>`
    select seq, hash, to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
    from audit_head ${lock}`.execute(db)
  const { seq, hash, at } = rows[0]!
  return { seq: Number(seq), hash, at }
}

/**
 * Appends by itself; who comes while a commit is on its way shares the next one, and who has patience that of somebody
 * else. Answers when it is on the disk.
 */
export const auditWriter = ({ db }: Connection): ((entry: AuditEntry, patienceMs?: number) => Promise<number>) =>
  groupCommit((batch) => explained(() => db.transaction().execute((tx) => appendAudit(tx, batch))))
