import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseUrl } from './database.fixture.ts'
import { requests } from './requests.fixture.ts'
import { dataFolder, type ServerProcess, serverOf, startServer, stopServer } from './server.fixture.ts'

const folder = dataFolder()
const otherFolder = dataFolder()
const [send, sendToOther] = [requests(folder.path), requests(otherFolder.path)]
const env = { ATLAS_TOKEN: 'the-same-token-on-both-nodes', ATLAS_PATROL_MINUTES: '0', ATLAS_SANDBOX_BACKEND: 'none' }
let node: ServerProcess
let otherNode: ServerProcess

/** Two nodes with one database and one cloud. */
beforeAll(async () => {
  node = await startServer(folder.path, { env })
  const sandbox = serverOf(folder.path).sandbox!
  const shared = { DATABASE_URL: databaseUrl(folder.path), DO_TOKEN: sandbox.token, DIGITALOCEAN_API_URL: sandbox.url }
  otherNode = await startServer(otherFolder.path, { args: [], env: { ...env, ...shared } })
  expect(otherNode.line.error).toBeUndefined()
})
afterAll(async () => {
  await stopServer(otherNode)
  await stopServer(node)
  otherFolder.remove()
  folder.remove()
})

const disk = (name: string, size = 10) => ({
  name,
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'disk', specifications: { size_gb: size } }],
})
const keyed = (key: string, body: object) => ({ body, headers: { 'idempotency-key': key } })
const operations = async (infrastructure: string) =>
  (await send('GET', `/operations?infrastructure=${infrastructure}`)).json.operations

test('a repetition gets the answer of the first, at another node too', async () => {
  const request = keyed('first', disk('first'))
  const first = await send('POST', '/infrastructure', request)
  expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([202, null])
  for (const again of [
    await send('POST', '/infrastructure', request),
    await sendToOther('POST', '/infrastructure', request),
  ]) {
    expect([again.status, again.text]).toEqual([202, first.text])
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(again.headers.get('idempotency-replayed')).toBe('true')
  }
  expect(await operations('first')).toHaveLength(1)
})

test('the key with another body or path is refused', async () => {
  const other = await sendToOther('POST', '/infrastructure', keyed('first', disk('first', 20)))
  const elsewhere = await send('POST', '/estimate-cost', keyed('first', disk('first')))
  for (const { status, json } of [other, elsewhere]) expect([status, json.code]).toEqual([422, 'idempotency_conflict'])
})

test('of many at once, at both nodes, one is carried out', async () => {
  const request = keyed('many', disk('many'))
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => (i % 2 ? send : sendToOther)('POST', '/infrastructure', request)),
  )
  const made = answers.filter(({ status }) => status === 202)
  expect(made.length).toBeGreaterThanOrEqual(1)
  expect(new Set(made.map(({ json }) => json.operation.id)).size).toBe(1)
  for (const { status, json, headers } of answers)
    if (status !== 202) expect([json.code, headers.get('retry-after')]).toEqual(['request_running', '1'])
  expect(await operations('many')).toHaveLength(1)
})

test('where a node died between effect and answer, the repetition finds what was done', async () => {
  const request = keyed('dead', disk('dead'))
  const { json } = await send('POST', '/infrastructure', request)
  const database = new pg.Client(databaseUrl(folder.path))
  await database.connect()
  await database.query(
    `update atlas.idempotency set answer = null, held_until = now() - interval '1 s' where key = 'dead'`,
  )
  await database.end()
  const again = await sendToOther('POST', '/infrastructure', request)
  expect([again.status, again.json.operation.id]).toEqual([202, json.operation.id])
  expect(await operations('dead')).toHaveLength(1)
})

test('a refusal leaves its key free', async () => {
  const refused = await send('POST', '/infrastructure', keyed('mended', { ...disk('mended'), region: 'nowhere' }))
  expect(refused.status).toBe(422)
  expect((await send('POST', '/infrastructure', keyed('mended', disk('mended')))).status).toBe(202)
})

test('what is kept shows neither the answer nor the token', async () => {
  const database = new pg.Client(databaseUrl(folder.path))
  await database.connect()
  const { rows } = await database.query('select i::text, answer from atlas.idempotency i where answer is not null')
  await database.end()
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect(row.i + row.answer.toString('latin1')).not.toMatch(/operation|the-same-token/)
})

test.each(['', 'with space', 'ü', 'x'.repeat(256)])('the key %j is refused', async (key) => {
  const answer = await send('POST', '/estimate-cost', keyed(encodeURI(key) === key ? key : 'a b', disk('any')))
  expect(answer.json).toMatchObject({ status: 400, code: 'usage' })
})
