import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../engine/database.ts'
import { type OutageServer, removeFolder, startServer, workFolder } from '../outages/server.ts'
import { expectProblem, head, rssMb, silentReader, tell } from './raw.ts'

const folder = workFolder()
let database: TestDatabase
let server: OutageServer

/** All of the many, and a page of the large, are more than the system's own buffers hold. */
const many = { type: 'step.started', count: 20_000, bytes: 700 }
const large = { type: 'step.failed', count: 200, bytes: 100_000 }

beforeAll(async () => {
  database = await testDatabase()
  server = await startServer(`${folder}/data`, {
    DATABASE_URL: database.url,
    ATLAS_SANDBOX_BACKEND: 'none',
    ATLAS_PATROL_MINUTES: '0',
    // With this little room, garbage goes before more memory is taken: what is seen to grow is kept.
    NODE_OPTIONS: '--max-old-space-size=160',
  })
  const sql = new pg.Client({ connectionString: database.url, options: '-c search_path=atlas' })
  await sql.connect()
  for (const { type, count, bytes } of [many, large])
    await sql.query(
      `insert into event (type, workspace, infrastructure, data)
       select $1, 'default', 'shop', jsonb_build_object('text', repeat('x', $3)) from generate_series(1, $2)`,
      [type, count, bytes],
    )
  await sql.end()
})
afterAll(async () => {
  await server.stop()
  await database.drop()
  removeFolder(folder)
})

/** What a busy machine needs more than was promised. Milliseconds. */
const slackMs = 10_000
/** What docs/operations.md promises, and how often it is looked at. Milliseconds. */
const [headersMs, requestMs, keptMs, stalledMs, lookMs] = [15_000, 60_000, 72_000, 60_000, 5_000]

const followed = 30
/** Thirty streams of 20 MB, and a list of as much: a third of it kept would be seen. */
const moreMb = 200

const post = 'POST /api/v1/infrastructure HTTP/1.1'
const token = () => `Bearer ${server.client.connection.token}`

/** A byte a second, without end. */
function* dribble(first: string, byte: string): Iterable<string> {
  yield first
  for (;;) yield byte
}
const aSecond = { pauseMs: 1000 }

async function figure(name: string): Promise<number> {
  const { url } = server.client.connection
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: token() } })
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await answer.text())?.[1])
}

describe.concurrent('whoever is slow is let go when it was said', { timeout: 200_000 }, () => {
  test('headers that come one byte a second: 408 after 15 s', async ({ expect }) => {
    const heard = await tell(server.client.connection.url, dribble(`${head(post)}x: `, 'y'), aSecond)
    expectProblem(heard, 408)
    expect(heard.ms).toBeGreaterThan(headersMs - 1000)
    expect(heard.ms).toBeLessThan(headersMs + lookMs + slackMs)
  })

  test('a connection on which nothing is asked, or half a line', async ({ expect }) => {
    const { url } = server.client.connection
    for (const heard of await Promise.all([tell(url, []), tell(url, ['GET /api'])])) {
      expectProblem(heard, 408)
      expect(heard.ms).toBeLessThan(headersMs + lookMs + slackMs)
    }
  })

  test('a body that comes one byte a second: 408 after 60 s', async ({ expect }) => {
    const fields = { authorization: token(), 'content-type': 'application/json', 'content-length': 5000 }
    const heard = await tell(server.client.connection.url, dribble(`${head(post, fields)}\r\n`, ' '), aSecond)
    expectProblem(heard, 408)
    expect(heard.ms).toBeGreaterThan(requestMs - 1000)
    expect(heard.ms).toBeLessThan(requestMs + lookMs + slackMs)
  })

  test('a connection that asks nothing more: after 72 s', async ({ expect }) => {
    const asked = [`${head('GET /api/v1/health HTTP/1.1')}\r\n`]
    const heard = await tell(server.client.connection.url, asked, { lingerMs: 2 * keptMs })
    expect(heard).toMatchObject({ status: 200, ended: 'server' })
    expect(heard.ms).toBeGreaterThan(keptMs - 1000)
    expect(heard.ms).toBeLessThan(keptMs + slackMs)
  })

  test('readers of events and of a long list that read nothing: after a minute, and memory stays flat', async ({
    expect,
  }) => {
    const { url } = server.client.connection
    const reader = (path: string) =>
      silentReader(url, `${head(`GET ${path} HTTP/1.1`, { authorization: token() })}\r\n`)
    const list = `/api/v1/events?follow=false&limit=200&type=${large.type}`
    const stream = `/api/v1/events?type=${many.type}`
    // What a first request costs is no question of how many follow.
    for (const first of [await reader(list), await reader(stream)]) {
      await expect.poll(first.hears).toBe(true)
      first.leave()
    }
    const before = rssMb(server.pid)
    const began = performance.now()
    const lister = await reader(list)
    const followers = await Promise.all(Array.from({ length: followed }, () => reader(stream)))
    await expect.poll(() => figure('atlas_event_streams_open'), { timeout: 60_000 }).toBe(followed)
    // All that is asked by then is this figure.
    await expect.poll(() => figure('atlas_http_requests_under_way'), { timeout: 100_000, interval: 500 }).toBe(1)
    const ms = performance.now() - began
    expect(ms).toBeGreaterThan(stalledMs / 2)
    // Until the buffers between the two are full, it takes something.
    expect(ms).toBeLessThan(2 * stalledMs)
    expect(await lister.restOf()).toBeLessThan(large.count * large.bytes)
    for (const follower of followers) expect(await follower.restOf()).toBeLessThan(many.count * many.bytes)
    expect(rssMb(server.pid) - before).toBeLessThan(moreMb)
  })
})

test('a thousand connections that send nothing cost little, and the next is answered', async () => {
  const before = rssMb(server.pid)
  const { url } = server.client.connection
  const asks = Array.from({ length: 1000 }, () => silentReader(url, 'GET /api'))
  const readers = await Promise.all(asks)
  expect(await server.client.health()).toMatchObject({ status: 'ok' })
  expect(rssMb(server.pid) - before).toBeLessThan(100)
  for (const reader of readers) reader.leave()
})
