import { type AuditHead, type AuditRecord, auditBegin, auditHash } from './record.ts'

export interface AuditFinding {
  seq: number
  /**
   * - `changed`: the record is not what was hashed.
   * - `missing`: one or more records before it are gone.
   * - `relinked`: it does not follow the record before it, so that one was changed together with its hash.
   * - `truncated`: the chain ends here, before the head that is known.
   * - `diverged`: here stands another record than the known head says.
   */
  what: 'changed' | 'missing' | 'relinked' | 'truncated' | 'diverged'
  text: string
}

export interface ChainedRecord {
  record: AuditRecord
  hash: string
}

/** More would tell nothing more. */
const enoughFindings = 20

/**
 * Follows the chain record by record.
 * @param heads where it is known to have been: the database's own head, and any that somebody noted elsewhere
 */
export function auditVerifier(heads: readonly AuditHead[]) {
  const findings: AuditFinding[] = []
  let before = auditBegin
  let records = 0

  function find(seq: number, what: AuditFinding['what'], text: string) {
    if (findings.length < enoughFindings) findings.push({ seq, what, text })
  }

  function take({ record, hash }: ChainedRecord): void {
    records += 1
    const { seq, previous } = record
    if (seq !== before.seq + 1) find(seq, 'missing', `${before.seq + 1} to ${seq - 1} are gone`)
    else if (previous !== before.hash) find(seq, 'relinked', `it does not follow record ${before.seq} as that is now`)
    if (auditHash(record) !== hash) find(seq, 'changed', 'the record is not what its hash was made of')
    for (const head of heads)
      if (head.seq === seq && head.hash !== hash) find(seq, 'diverged', `its hash was ${head.hash}, and is ${hash}`)
    before = { seq, hash }
  }

  return {
    take,
    end() {
      for (const { seq } of heads)
        if (seq > before.seq) find(before.seq, 'truncated', `there were ${seq} records, and there are ${before.seq}`)
      return { ok: findings.length === 0, records, head: before, findings }
    },
  }
}
