import type { AuditEntry } from '@atlas/core'
import { expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { openAudit } from './index.ts'

const database = databaseOfFile({ poolSize: 10 })

const entry = (workspace: string, n: number): AuditEntry => ({
  kind: 'asked',
  workspace,
  actor: { kind: 'token', id: 't-1', name: 'ci' },
  action: 'POST /api/v1/tokens',
  object: `/api/v1/tokens/${n}`,
})

/** What an administrator of the database can do, and nobody by mistake. */
async function tamper(statement: string) {
  await database.connection.pool.query('alter table audit disable trigger append_only')
  await database.connection.pool.query(statement)
  await database.connection.pool.query('alter table audit enable trigger append_only')
}

test('appends of many writers on several nodes make one chain without a gap', async () => {
  const nodes = [openAudit(database.connection), openAudit(database.connection), openAudit(database.connection)]
  const numbers = await Promise.all(
    Array.from({ length: 90 }, (_, n) => nodes[n % 3]!.write(entry(n % 2 ? 'blue' : 'green', n))),
  )
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, n) => n + 1))
  expect(await nodes[0]!.verify()).toMatchObject({ ok: true, records: 90, findings: [] })
})

test('the records of a workspace are its own, the latest first', async () => {
  const audit = openAudit(database.connection)
  const { lines: page } = await audit.list({ workspace: 'blue', limit: 3 })
  expect(page.map(({ record }) => record.workspace)).toEqual(['blue', 'blue', 'blue'])
  const before = page.at(-1)!.record.seq
  const [next] = (await audit.list({ workspace: 'blue', limit: 1, before })).lines
  expect(next!.record.seq).toBeLessThan(before)
  expect(await Array.fromAsync(audit.walk('blue'))).toHaveLength(45)
  expect(await Array.fromAsync(audit.walk(undefined))).toHaveLength(90)
})

test.each(['update audit set hash = hash', 'delete from audit where seq = 1', 'truncate audit'])(
  '«%s» is refused',
  async (statement) => {
    await expect(database.connection.pool.query(statement)).rejects.toThrow('append-only')
  },
)

test('a row that was changed, moved or removed is found, and a tail that was cut off', async () => {
  const audit = openAudit(database.connection)
  const { head } = await audit.verify()
  const found = async (noted = head) => (await audit.verify(noted)).findings.map(({ seq, what }) => `${what} ${seq}`)

  await tamper(`update audit set record = jsonb_set(record, '{actor,name}', '"nobody"') where seq = 10`)
  expect(await found()).toEqual(['changed 10'])
  await tamper(`update audit set record = jsonb_set(record, '{actor,name}', '"ci"') where seq = 10`)
  expect(await found()).toEqual([])

  await tamper('update audit set seq = 1000 where seq = 90')
  expect(await found()).toContain('missing 1000')
  await tamper('update audit set seq = 90 where seq = 1000')

  await tamper('delete from audit where seq = 20')
  expect(await found()).toEqual(['missing 21'])
  await tamper('delete from audit where seq > 80')
  expect(await found()).toEqual(['missing 21', 'truncated 80', 'truncated 80'])

  // Whoever also sets the database's own head back is found by a head noted elsewhere, and by nothing else.
  await tamper('update audit_head set seq = 80, hash = (select hash from audit where seq = 80)')
  expect(await found()).toEqual(['missing 21', 'truncated 80'])
})
