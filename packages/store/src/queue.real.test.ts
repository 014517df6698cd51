import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseOfFile } from './database.fixture.ts'
import { type Listener, listen } from './listener.ts'
import { operationQueue, type Queue, queueSchema } from './queue.ts'

const database = databaseOfFile()
let listener: Listener
let queue: Queue
const soon = () => AbortSignal.timeout(10_000)

beforeAll(async () => {
  listener = listen(database.url)
  queue = operationQueue(database.connection, listener, (error) => console.error(error))
  await queue.start()
})
afterAll(async () => {
  await queue.stop()
  await listener.close()
})

async function send(): Promise<string> {
  const id = randomUUID()
  await database.connection.db.transaction().execute((tx) => queue.send(tx, id))
  return id
}

const jobOf = async (id: string) =>
  (await database.connection.pool.query(`select state, retry_count from ${queueSchema}.job where id = $1`, [id]))
    .rows[0]

test('a job is there only when its transaction is', async () => {
  const id = randomUUID()
  const broken = database.connection.db.transaction().execute(async (tx) => {
    await queue.send(tx, id)
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  expect(await jobOf(id)).toBeUndefined()
})

test('a waiting worker is woken, long before it would look by itself', async () => {
  const waiting = queue.next(soon())
  const began = performance.now()
  const id = await send()
  const delivery = await waiting
  expect(delivery).toMatchObject({ operation: id, delivered: 1 })
  expect(performance.now() - began).toBeLessThan(1900)
  await delivery!.done()
  expect(await jobOf(id)).toMatchObject({ state: 'completed' })
})

test('given back, it is delivered again at once', async () => {
  const id = await send()
  await (await queue.next(soon()))!.again('busy')
  const second = await queue.next(soon())
  expect(second).toMatchObject({ operation: id, delivered: 2 })
  await second!.done()
})

test('a worker that was taken for dead cannot end the delivery of its successor', async () => {
  const id = await send()
  const first = await queue.next(soon())
  expect(await queue.redeliver({ operation: id, retryCount: 0 })).toBe(true)
  const second = await queue.next(soon())
  expect(second).toMatchObject({ operation: id, delivered: 2 })
  await first!.done()
  expect(await jobOf(id)).toMatchObject({ state: 'active', retry_count: 1 })
  await first!.again('late')
  expect(await jobOf(id)).toMatchObject({ state: 'active', retry_count: 1 })
  expect(await queue.redeliver({ operation: id, retryCount: 0 })).toBe(false)
  await second!.done()
  expect(await jobOf(id)).toMatchObject({ state: 'completed' })
})

test('an operation without a living job gets one', async () => {
  const id = await send()
  await (await queue.next(soon()))!.done()
  await queue.resend(id)
  const again = await queue.next(soon())
  expect(again).toMatchObject({ operation: id })
  await again!.done()
})
