import type { AuditEntry, AuditFinding, AuditHead, ChainedRecord } from '@atlas/core'

export interface AuditControl {
  /**
   * Answers the record's number when it is on the disk. @throws AtlasError `database_unavailable`
   * @param patienceMs so long it may wait for another record to be written with
   */
  write(entry: AuditEntry, patienceMs?: number): Promise<number>
  /** The latest first. `undefined`: of every workspace. */
  list(
    workspace: string | undefined,
    page: { limit: number; before?: number | undefined; secret?: string | undefined },
  ): Promise<{ lines: ChainedRecord[]; next?: number }>
  /** From the first to the last. */
  walk(workspace: string | undefined): AsyncIterable<ChainedRecord>
  /** @param noted a head that was noted earlier, and that the chain must still go through */
  verify(noted: AuditHead | undefined): Promise<{
    ok: boolean
    records: number
    head: AuditHead
    findings: AuditFinding[]
  }>
}
