import type { AuditEntry, AuditFinding, AuditHead, AuditRecord } from '@atlas/core'

export interface AuditLine {
  record: AuditRecord
  hash: string
}

export interface AuditControl {
  /** Answers the record's number when it is on the disk. @throws AtlasError `database_unavailable` */
  write(entry: AuditEntry): Promise<number>
  /** The latest first. `undefined`: of every workspace. */
  list(
    workspace: string | undefined,
    page: { limit: number; before?: number | undefined },
  ): Promise<{ lines: AuditLine[]; next?: number }>
  /** From the first to the last. */
  walk(workspace: string | undefined): AsyncIterable<AuditLine>
  /** @param noted a head that was noted earlier, and that the chain must still go through */
  verify(noted: AuditHead | undefined): Promise<{
    ok: boolean
    records: number
    head: AuditHead
    findings: AuditFinding[]
  }>
}
