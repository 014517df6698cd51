import type { AuditEntry, AuditHead, ChainedRecord } from '@atlas/core'
import type { Connection } from '../connection.ts'
import { explained } from '../trouble.ts'
import { auditWriter, readHead } from './append.ts'
import { type AuditPage, type AuditVerdict, listAudit, verifyAudit, walkAudit } from './read.ts'

/** Who did what, when, and what came of it: one chain of hashes over all workspaces. */
export interface Audit {
  /** Answers the record's number when it is on the disk. */
  write(entry: AuditEntry, patienceMs?: number): Promise<number>
  list(page: AuditPage): ReturnType<typeof listAudit>
  /** From the first to the last; `undefined`: of all workspaces. */
  walk(workspace: string | undefined): AsyncIterable<ChainedRecord>
  /** Where the chain ends. */
  head(): Promise<AuditHead>
  verify(noted?: AuditHead): Promise<AuditVerdict>
}

export const openAudit = (connection: Connection): Audit => ({
  write: auditWriter(connection),
  list: (page) => listAudit(connection, page),
  walk: (workspace) => walkAudit(connection, workspace),
  async head() {
    const { seq, hash } = await explained(() => readHead(connection.db))
    return { seq, hash }
  },
  verify: (noted) => verifyAudit(connection, noted),
})
