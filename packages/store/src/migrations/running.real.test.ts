import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { up } from './017-running.ts'

const database = databaseOfFile()

test('each service of a deployment on record gets the slot that all of them had', async () => {
  const old = { slot: 'b', services: [{ name: 'backend' }, { name: 'frontend' }], machines: ['web1'] }
  const spec = await database.connection.db.transaction().execute(async (tx) => {
    // In front of the real one for this transaction.
    await sql`create temp table deployment (release text, spec jsonb) on commit drop`.execute(tx)
    await sql`insert into deployment values ('v1', ${JSON.stringify(old)}::jsonb)`.execute(tx)
    await up(tx as never)
    await up(tx as never)
    return (await sql<{ spec: object }>`select spec from deployment`.execute(tx)).rows[0]!.spec
  })
  const { slot, ...rest } = old
  const running = { slot, release: 'v1', version: 'unknown', secrets: {} }
  expect(spec).toEqual({ ...rest, running: { backend: running, frontend: running } })
})
