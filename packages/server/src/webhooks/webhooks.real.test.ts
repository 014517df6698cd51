import pg from 'pg'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'
import { endpoint } from './endpoint.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode
let sql: pg.Client
const env = { ATLAS_WEBHOOK_LOOPBACK: 'true' }
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await postgres()
  node = await apiNode(database.url, env)
  sql = new pg.Client({ connectionString: database.url, options: '-c search_path=atlas' })
  await sql.connect()
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
  await sql.query('delete from webhook')
})
afterAll(async () => {
  await sql.end()
  await node.close()
  await database.stop()
})

async function endpointOf(answer?: Parameters<typeof endpoint>[0]) {
  const there = await endpoint(answer)
  closing.push(there.close)
  return there
}

const inWorkspace = (workspace = 'default') => ({ headers: { 'atlas-workspace': workspace } })

async function create(url: string, types?: string[], workspace?: string) {
  const body = { url, ...(types && { types }) }
  const { status, json } = await node.send('POST', '/webhooks', { body, ...inWorkspace(workspace) })
  expect(status).toBe(201)
  return json as { webhook: { id: string }; secret: string }
}

/** So many events, as a transaction of the engine writes them. @returns their ids */
async function happen(type: string, count = 1, workspace = 'default'): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `with made as (
       insert into event (type, workspace, infrastructure, data)
       select $1, $2, 'shop', '{}' from generate_series(1, $3) returning id)
     select id, pg_notify('atlas_event', $2) from made order by id`,
    [type, workspace, count],
  )
  return rows.map(({ id }) => id)
}

/** What waits for its next attempt waits no longer. */
const now = () => sql.query(`update webhook_delivery set next_at = now(); select pg_notify('atlas_event', 'default')`)

const deliveriesOf = async (id: string, query = '') =>
  (await node.send('GET', `/webhooks/${id}/deliveries?${query}`)).json.deliveries as {
    id: string
    status: string
    attempts: number
    last_status: number | null
    last_error: string | null
  }[]

test('what happens arrives in its order, signed, and only what was asked for', async () => {
  const there = await endpointOf()
  await happen('infrastructure.created')
  const { secret } = await create(there.url, ['infrastructure.*', 'drift.detected'])
  await happen('step.done', 3)
  const ids = [...(await happen('infrastructure.updated', 40)), ...(await happen('drift.detected'))]
  await expect.poll(() => there.received.map(({ event }) => event.id)).toEqual(ids)
  for (const { body, headers } of there.received) new Webhook(secret).verify(body, headers as Record<string, string>)
})

test('nothing is sent into another workspace, nor is its webhook found there', async () => {
  const mine = await endpointOf()
  const theirs = await endpointOf()
  const { secret } = await node.tokenOf('other', 'admin')
  const { webhook } = await create(mine.url)
  await create(theirs.url, ['*'], 'other')
  const [id] = await happen('drift.cleared', 1, 'other')
  await expect.poll(() => theirs.received.map(({ event }) => event.id)).toEqual([id])
  expect(mine.received).toEqual([])
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['GET', '/deliveries'],
    ['POST', '/redeliver'],
    ['POST', '/test'],
    ['POST', '/rotate-secret'],
  ] as const) {
    const body = method === 'PATCH' ? { body: { active: false } } : {}
    expect((await node.send(method, `/webhooks/${webhook.id}${path}`, { as: secret, ...body })).status).toBe(404)
  }
})

test('a failure is tried again with the same id, and a delivery says what became of it', async () => {
  let status = 500
  const there = await endpointOf((response) => void response.writeHead(status).end())
  const { webhook } = await create(there.url)
  await happen('drift.detected')
  await expect
    .poll(() => deliveriesOf(webhook.id))
    .toMatchObject([{ status: 'pending', attempts: 1, last_status: 500 }])
  status = 200
  await now()
  await expect
    .poll(() => deliveriesOf(webhook.id))
    .toMatchObject([{ status: 'delivered', attempts: 2, last_status: 200 }])
  expect(new Set(there.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
})

test('after the last attempt it is dead, and can be sent again alone or with all that are dead', async () => {
  let status = 500
  const there = await endpointOf((response) => void response.writeHead(status).end())
  const { webhook } = await create(there.url)
  await happen('drift.detected', 2)
  await expect.poll(() => deliveriesOf(webhook.id)).toMatchObject([{ attempts: 1 }, { attempts: 1 }])
  await sql.query('update webhook_delivery set attempt = 10')
  await now()
  await expect.poll(() => deliveriesOf(webhook.id, 'status=dead')).toHaveLength(2)
  status = 200
  const [newest] = await deliveriesOf(webhook.id)
  const one = await node.send('POST', `/webhooks/${webhook.id}/deliveries/${newest!.id}/redeliver`)
  expect([one.status, one.json.delivery.status]).toEqual([202, 'pending'])
  await expect.poll(() => deliveriesOf(webhook.id, 'status=delivered')).toMatchObject([{ id: newest!.id }])
  expect((await node.send('POST', `/webhooks/${webhook.id}/redeliver`)).json).toEqual({ redelivered: 1 })
  await expect.poll(() => deliveriesOf(webhook.id, 'status=delivered')).toHaveLength(2)
})

test('410 turns it off with an event; what waits is dead; turned on, it is told of what happens from then on', async () => {
  let status = 410
  const there = await endpointOf((response) => void response.writeHead(status).end())
  const { webhook } = await create(there.url)
  const get = async () => (await node.send('GET', `/webhooks/${webhook.id}`)).json.webhook
  await happen('drift.detected', 3)
  await expect.poll(get).toMatchObject({ active: false, disabled_reason: 'it answered 410 Gone' })
  const told = await node.send('GET', '/events?follow=false&type=webhook.disabled&order=desc')
  expect(told.json.events[0].data).toEqual({
    webhook: webhook.id,
    host: new URL(there.url).host,
    reason: 'it answered 410 Gone',
  })
  expect((await deliveriesOf(webhook.id)).every((one) => one.status === 'dead')).toBe(true)
  expect((await node.send('POST', `/webhooks/${webhook.id}/redeliver`)).json.code).toBe('webhook_off')
  await happen('drift.cleared')
  status = 200
  expect((await node.send('PATCH', `/webhooks/${webhook.id}`, { body: { active: true } })).json.webhook).toMatchObject({
    active: true,
    disabled_reason: null,
  })
  const before = there.received.length
  const [id] = await happen('drift.cleared')
  await expect.poll(() => there.received.slice(before).map(({ event }) => event.id)).toEqual([id])
})

test('one that took nothing for three days is turned off', async () => {
  const there = await endpointOf((response) => void response.writeHead(500).end())
  const { webhook } = await create(there.url)
  await sql.query(`update webhook set failing_since = now() - interval '73 hours'`)
  await happen('drift.detected')
  const get = async () => (await node.send('GET', `/webhooks/${webhook.id}`)).json.webhook
  await expect.poll(get).toMatchObject({ active: false, disabled_reason: 'it took no event for three days' })
})

test('of two nodes one delivers at a time: everything once and in its order', async () => {
  const other = await apiNode(database.url, env)
  closing.push(other.close)
  const hooks = await Promise.all(Array.from({ length: 5 }, () => endpointOf()))
  for (const { url } of hooks) await create(url)
  const ids: string[] = []
  for (let round = 0; round < 12; round++) ids.push(...(await happen('drift.detected', 5)))
  for (const { received } of hooks) await expect.poll(() => received.map(({ event }) => event.id)).toEqual(ids)
})

test('what a node had taken when it died is delivered by another when its lease is over', async () => {
  const there = await endpointOf()
  await create(there.url)
  await sql.query(`update webhook set lease = gen_random_uuid(), leased_until = now() + interval '1 hour'`)
  const [id] = await happen('drift.detected')
  await sql.query(`update webhook set leased_until = now(); select pg_notify('atlas_event', 'default')`)
  await expect.poll(() => there.received.map(({ event }) => event.id)).toEqual([id])
})

test('a test says at once what came of it, and is told to nobody else', async () => {
  const there = await endpointOf()
  const { webhook, secret } = await create(there.url, ['drift.*'])
  const answer = await node.send('POST', `/webhooks/${webhook.id}/test`)
  expect(answer.json).toEqual({ delivered: true, status: 204, ms: expect.any(Number) })
  const [{ body, headers, event }] = there.received as [(typeof there.received)[0]]
  expect(event.type).toBe('webhook.test')
  new Webhook(secret).verify(body, headers as Record<string, string>)
  expect(await deliveriesOf(webhook.id)).toEqual([])
})

const rotate = (id: string, body?: object) =>
  node.send('POST', `/webhooks/${id}/rotate-secret`, body === undefined ? {} : { body })

/** Whether what the endpoint received last can be verified by a secret. */
function accepts({ received }: Awaited<ReturnType<typeof endpoint>>, secret: string): boolean {
  const { body, headers } = received.at(-1)!
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

test('a rotated secret and the one before it both verify, until the overlap ends', async () => {
  const there = await endpointOf()
  const { webhook, secret: old } = await create(there.url)
  const { status, json } = await rotate(webhook.id)
  expect([status, json.webhook.id]).toEqual([200, webhook.id])
  const hours = (Date.parse(json.previous_valid_until) - Date.now()) / 3_600_000
  expect(hours).toBeGreaterThan(23.9)
  expect(hours).toBeLessThan(24.1)

  const [first] = await happen('drift.detected')
  await expect.poll(() => there.received.at(-1)?.event.id).toBe(first)
  expect([accepts(there, old), accepts(there, json.secret)]).toEqual([true, true])
  await node.send('POST', `/webhooks/${webhook.id}/test`)
  expect([accepts(there, old), accepts(there, json.secret)]).toEqual([true, true])

  await sql.query('update webhook_secret_before set valid_until = now()')
  const [second] = await happen('drift.detected')
  await expect.poll(() => there.received.at(-1)?.event.id).toBe(second)
  expect([accepts(there, old), accepts(there, json.secret)]).toEqual([false, true])
  await node.store.pruneEvents(90)
  expect((await sql.query('select 1 from webhook_secret_before')).rows).toEqual([])
})

test('without an overlap every secret before ends at once; beyond three the oldest does', async () => {
  const there = await endpointOf()
  const { webhook, secret: first } = await create(there.url)
  const secrets = [first]
  for (let turn = 0; turn < 4; turn++) secrets.push((await rotate(webhook.id, { overlap_hours: 1 })).json.secret)
  await node.send('POST', `/webhooks/${webhook.id}/test`)
  expect(secrets.map((secret) => accepts(there, secret))).toEqual([false, true, true, true, true])
  const { secret } = (await rotate(webhook.id, { overlap_hours: 0 })).json
  await node.send('POST', `/webhooks/${webhook.id}/test`)
  expect([...secrets, secret].map((one) => accepts(there, one))).toEqual([false, false, false, false, false, true])
  expect((await rotate(webhook.id, { overlap_hours: 169 })).status).toBe(400)
})

test('the secret is shown once, and stands nowhere in clear', async () => {
  const { webhook, secret } = await create((await endpointOf()).url)
  const said = [await node.send('GET', '/webhooks'), await node.send('GET', `/webhooks/${webhook.id}`)]
  const { rows } = await sql.query('select w::text as row from webhook w')
  expect(JSON.stringify([said, rows])).not.toContain(secret.slice('whsec_'.length))
})

test.each([
  [{ url: 'http://example.com/' }, 422, 'webhook_refused'],
  [{ url: 'https://169.254.169.254/latest' }, 422, 'webhook_refused'],
  [{ url: 'https://10.0.0.1/' }, 422, 'webhook_refused'],
  [{ url: 'https://does-not-exist.invalid/' }, 422, 'webhook_refused'],
  [{ url: 'https://127.0.0.1/', types: ['infra.*'] }, 400, 'usage'],
  [{ url: 'nonsense' }, 400, 'usage'],
])('%j is refused', async (body, status, code) => {
  const answer = await node.send('POST', '/webhooks', { body })
  expect([answer.status, answer.json.code]).toEqual([status, code])
})
