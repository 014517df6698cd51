import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@atlas/client'
import { startPostgres } from '@atlas/postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, serverOf, startServer, stopServer } from './server.fixture.ts'

// Two servers on one PostgreSQL, as people run them; one of them is ended again and again while somebody follows.

const base = mkdtempSync(join(tmpdir(), 'atlas-events-'))
let database: Awaited<ReturnType<typeof startPostgres>>
let sql: pg.Client
const servers = new Map<string, ServerProcess>()

beforeAll(async () => {
  // The account that runs PostgreSQL has to reach its folder.
  chmodSync(base, 0o711)
  database = await startPostgres({ dataDir: join(base, 'postgres') })
  await start('one')
  await start('two')
  sql = new pg.Client({ connectionString: database.url, options: '-c search_path=atlas' })
  await sql.connect()
})
afterAll(async () => {
  await sql.end()
  await Promise.all([...servers.values()].map(stopServer))
  await database.stop()
  rmSync(base, { recursive: true, force: true })
})

const folder = (name: string) => join(base, name)

async function start(name: string, port = 0): Promise<void> {
  const env = { DATABASE_URL: database.url, ATLAS_TOKEN: 'a-token-that-both-servers-have' }
  const server = await startServer(folder(name), { args: ['--port', String(port)], env })
  expect(server.line).toMatchObject({ ready: true })
  servers.set(name, server)
}

async function again(name: string, how: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const { child, ended, line } = servers.get(name)!
  child.kill(how)
  await ended
  await start(name, Number(new URL(line.url).port))
}

/** As the engine writes them: several in a transaction, under the lock of the workspace. */
async function happen(count: number): Promise<void> {
  await sql.query('begin')
  await sql.query(`select pg_advisory_xact_lock(8, hashtext('default'))`)
  await sql.query(
    `insert into event (type, workspace, infrastructure, data)
     select 'step.done', 'default', 'shop', jsonb_build_object('text', repeat('x', 200)) from generate_series(1, $1)`,
    [count],
  )
  await sql.query(`select pg_notify('atlas_event', 'default')`)
  await sql.query('commit')
}

const written = async () =>
  (await sql.query<{ id: string }>(`select id from event order by id`)).rows.map(({ id }) => id)

test('through kills and restarts of its server a follower misses nothing and sees nothing twice', {
  timeout: 180_000,
}, async () => {
  const stop = new AbortController()
  const followed = ['one', 'two'].map(async (name) => {
    const seen: string[] = []
    for await (const { id } of createClient(serverOf(folder(name))).events({
      signal: stop.signal,
      patienceMs: 120_000,
    })) {
      seen.push(id)
      if (seen.length === total) break
    }
    return seen
  })
  let total = Number.POSITIVE_INFINITY
  let over = false
  const writing = (async () => {
    let count = 0
    while (!over) {
      await happen(3)
      count += 3
      await sleep(20)
    }
    return count
  })()
  for (const how of ['SIGKILL', 'SIGTERM'] as const) await again('one', how)
  over = true
  total = (await writing) + 1
  await happen(1)
  const all = await written()
  expect(await Promise.all(followed)).toEqual([all, all])
  stop.abort()
})

test('what is kept no more is refused with 410, and the place to go on from is named', async () => {
  await happen(10)
  const ids = await written()
  await sql.query(`update event set time = now() - interval '91 days' where id <= $1`, [ids.at(-5)])
  await again('two', 'SIGTERM')
  await expect.poll(async () => (await written()).length).toBe(4)
  const { url, token } = serverOf(folder('one'))
  const ask = (id: string) =>
    fetch(`${url}/api/v1/events?follow=false&after=${id}`, { headers: { authorization: `Bearer ${token}` } })
  const gone = await ask(ids[2]!)
  expect([gone.status, await gone.json()]).toMatchObject([
    410,
    { code: 'events_gone', hint: expect.stringContaining(`after=${ids.at(-5)}`) },
  ])
  const kept = (await (await ask(ids.at(-5)!)).json()) as { events: { id: string }[] }
  expect(kept.events.map(({ id }) => id)).toEqual(ids.slice(-4))
  expect((await ask('999999999')).status).toBe(410)
  const late = createClient({ url, token }).events({ after: ids[2]! })
  await expect(late.next()).rejects.toMatchObject({ code: 'events_gone' })
})
