import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from './connection.ts'
import { testDatabase } from './database.fixture.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { openStore } from './open.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('many nodes start at once on an empty database', async () => {
  const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(database.url)))
  expect(await stores[0]!.health()).toMatchObject({ database: 'ok', queued: 0, running: 0 })
  for (const store of stores) await store.close()
})

test('a database that a newer Atlas has used is refused, in words', async () => {
  const { db } = connect(database.url)
  await migrate(db)
  const name = `${Object.keys(migrations).length + 1}-from-the-future`.padStart(20, '9')
  await db.executeQuery(
    (await import('kysely')).sql`insert into kysely_migration (name, timestamp) values (${name}, 'x')`.compile(db),
  )
  await expect(migrate(db)).rejects.toMatchObject({
    code: 'config_invalid',
    hint: expect.stringContaining('newer one'),
  })
  await db.destroy()
})

test('a database that is not there is told in words', async () => {
  await expect(openStore('postgresql://nobody:x@127.0.0.1:1/none')).rejects.toMatchObject({
    code: 'database_unavailable',
  })
})
