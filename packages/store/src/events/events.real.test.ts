import { setTimeout as sleep } from 'node:timers/promises'
import type { AtlasEvent } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseOfFile } from '../database.fixture.ts'
import { type Listener, listen } from '../listener.ts'
import { type EventFilter, writeEvents } from './events.ts'
import { type EventHub, eventHub } from './hub.ts'

const database = databaseOfFile({ poolSize: 20 })
let listener: Listener
let hub: EventHub

beforeAll(async () => {
  listener = listen(database.url)
  hub = eventHub(database.connection, listener)
})
afterAll(async () => {
  await hub.close()
  await listener.close()
})

/** One transaction with so many events, which takes its time to commit. */
const write = (workspace: string, count: number, beforeCommitMs = 0) =>
  database.connection.db.transaction().execute(async (tx) => {
    const event = { type: 'step.done' as const, data: {} }
    await writeEvents(
      tx,
      { workspace, infrastructure: 'i' },
      Array.from({ length: count }, () => event),
    )
    await sleep(beforeCommitMs)
  })

/** Reads live until so many came. */
async function follow(workspace: string, count: number, afterId = 0, filter: EventFilter = {}): Promise<AtlasEvent[]> {
  const enough = new AbortController()
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(20_000)])
  const seen: AtlasEvent[] = []
  for await (const events of hub.follow(workspace, { ...filter, afterId }, signal)) {
    seen.push(...events)
    if (seen.length >= count) enough.abort()
  }
  return seen
}

test('a live reader misses nothing and sees nothing twice, however commits overlap', async () => {
  const reading = follow('busy', 300)
  const writers = Array.from({ length: 15 }, async (_, n) => {
    for (let i = 0; i < 10; i++) await write('busy', 2, (n * 7 + i) % 5)
  })
  await Promise.all(writers)
  const ids = (await reading).map((event) => event.id)
  const { rows } = await database.connection.pool.query(
    `select id::int from event where workspace = 'busy' order by id`,
  )
  expect(ids).toEqual(rows.map((row) => row.id))
})

test('an event with a lower id never becomes visible after one with a higher id', async () => {
  const visible = async () => {
    const query = `select id::int from event where workspace = 'order' order by id`
    return (await database.connection.pool.query<{ id: number }>(query)).rows.map((row) => row.id)
  }
  const late = write('order', 1, 150)
  await sleep(30)
  const early = write('order', 1)
  const looks: number[][] = []
  for (let i = 0; i < 30; i++) {
    looks.push(await visible())
    await sleep(10)
  }
  await Promise.all([late, early])
  const all = await visible()
  for (const look of looks) expect(all.slice(0, look.length)).toEqual(look)
})

test('one workspace does not wait for another', async () => {
  const order: string[] = []
  const slow = write('slow', 1, 1500).then(() => order.push('slow'))
  await sleep(50)
  await write('quick', 1).then(() => order.push('quick'))
  await slow
  expect(order).toEqual(['quick', 'slow'])
})

test('a reader goes on where it left off, over many pages', async () => {
  await write('pages', 1300)
  const first = await follow('pages', 700)
  const rest = await follow('pages', 1300 - first.length, first.at(-1)!.id)
  expect(new Set([...first, ...rest].map((event) => event.id)).size).toBe(1300)
})

test('an event reaches a waiting reader by notification, not by looking again', async () => {
  const reading = follow('prompt', 1)
  await sleep(100)
  const began = performance.now()
  await write('prompt', 1)
  await reading
  expect(performance.now() - began).toBeLessThan(4500)
})

test('a reader survives the loss of its listening connection', async () => {
  const reading = follow('survivor', 2)
  await write('survivor', 1)
  await database.connection.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atlas listener'`,
  )
  await write('survivor', 1)
  expect(await reading).toHaveLength(2)
})

test('who stops reading leaves at once', async () => {
  const leaving = new AbortController()
  const reading = Array.fromAsync(hub.follow('nobody', { afterId: 0 }, leaving.signal))
  await sleep(50)
  const began = performance.now()
  leaving.abort()
  expect(await reading).toEqual([])
  expect(performance.now() - began).toBeLessThan(4500)
})
