import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type AuditEntry, type AuditHead, auditBegin, auditHash, auditRecord } from './record.ts'
import { auditVerifier, type ChainedRecord } from './verify.ts'

const entry: AuditEntry = {
  kind: 'asked',
  workspace: 'blue',
  actor: { kind: 'token', id: 't-1', name: 'ci' },
  action: 'POST /api/v1/infrastructure',
}

function chainOf(length: number): ChainedRecord[] {
  let head = auditBegin
  return Array.from({ length }, (_, n) => {
    const record = auditRecord({ ...entry, object: `/${n}` }, head, '2026-11-20T10:00:00.000000Z')
    head = { seq: record.seq, hash: auditHash(record) }
    return { record, hash: head.hash }
  })
}

const headOf = (chain: ChainedRecord[]): AuditHead => ({ seq: chain.at(-1)!.record.seq, hash: chain.at(-1)!.hash })

function findings(chain: ChainedRecord[], ...heads: AuditHead[]) {
  const verifier = auditVerifier(heads)
  for (const one of chain) verifier.take(one)
  return verifier.end().findings.map(({ seq, what }) => `${what} ${seq}`)
}

/** The record with something else in it, and the hashes from there on made anew: what somebody who knows how would do. */
function forged(chain: ChainedRecord[], from: number): ChainedRecord[] {
  let previous = chain[from - 2]!.hash
  return chain.map((one, n) => {
    if (n < from - 1) return one
    const record = { ...one.record, previous, object: n === from - 1 ? '/forged' : one.record.object }
    previous = auditHash(record)
    return { record, hash: previous }
  })
}

test('a whole chain has nothing to find', () => {
  const chain = chainOf(5)
  expect(findings(chain, headOf(chain))).toEqual([])
  expect(findings([])).toEqual([])
})

test('a changed record is found where it is', () => {
  const chain = chainOf(5)
  chain[2] = { ...chain[2]!, record: { ...chain[2]!.record, object: '/other' } }
  expect(findings(chain)).toEqual(['changed 3'])
})

test('a record changed together with its hash is found at the next one', () => {
  const chain = chainOf(5)
  const record = { ...chain[2]!.record, object: '/other' }
  chain[2] = { record, hash: auditHash(record) }
  expect(findings(chain)).toEqual(['relinked 4'])
})

test('removed records are found where they were', () => {
  const chain = chainOf(6)
  expect(findings(chain.toSpliced(2, 2))).toEqual(['missing 5'])
  expect(findings(chain.slice(1))).toEqual(['missing 2'])
})

test('a tail that was cut off is found by a head that is known, and only so', () => {
  const chain = chainOf(5)
  expect(findings(chain.slice(0, 3))).toEqual([])
  expect(findings(chain.slice(0, 3), headOf(chain))).toEqual(['truncated 3'])
  expect(findings([], headOf(chain))).toEqual(['truncated 0'])
})

test('a chain that was made anew is found by a head noted elsewhere, and only so', () => {
  const chain = chainOf(5)
  const anew = forged(chain, 2)
  expect(findings(anew, headOf(anew))).toEqual([])
  expect(findings(anew, headOf(anew), headOf(chain))).toEqual(['diverged 5'])
})

test('what callers choose is kept short and harmless', () => {
  const actor = { kind: 'token', id: 't', name: 'a\u0000b\u001b[31m\ud800' }
  const { actor: kept, object } = auditRecord({ ...entry, actor, object: 'x'.repeat(1000) }, auditBegin, 'now')
  expect(kept.name).toBe('a b [31m\ufffd')
  expect(object).toHaveLength(300)
})

test('the hash is SHA-256 of the keys in order, without white space', () => {
  const record = auditRecord({ ...entry, about: 7 }, auditBegin, '2026-11-20T10:00:00.000000Z')
  const text =
    '{"about":7,"action":"POST /api/v1/infrastructure","actor":{"id":"t-1","kind":"token","name":"ci"},' +
    '"at":"2026-11-20T10:00:00.000000Z","kind":"asked","object":null,"operation":null,"origin":null,"plan_hash":null,' +
    `"previous":"${'0'.repeat(64)}","result":null,"seq":1,"workspace":"blue"}`
  expect(auditHash(record)).toBe(createHash('sha256').update(text).digest('hex'))
})
