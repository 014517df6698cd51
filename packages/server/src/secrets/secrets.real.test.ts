import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'
import { dump } from '../database.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode

beforeAll(async () => {
  database = await postgres()
  node = await apiNode(database.url)
})
afterAll(async () => {
  await node.close()
  await database.stop()
})

const value = 'a value that is nowhere'
const path = '/secrets/HOSTOMATIC_PROD_DB_PASSWORD'

test('a secret goes in and never comes out; every value has a version of its own, also after it was taken away', async () => {
  const { secret: as } = await node.tokenOf('team-a', 'admin')
  const set = async (body: object, at = path) => (await node.send('PUT', at, { as, body })).json.secret
  const name = 'HOSTOMATIC_PROD_DB_PASSWORD'
  expect(await set({ value })).toMatchObject({ name, version: 1, set_by: expect.any(String) })
  expect(await set({ value: 'another value' }, path.toLowerCase())).toMatchObject({ name, version: 2 })
  expect((await node.send('GET', '/secrets', { as })).json.secrets).toMatchObject([{ name, version: 2 }])
  expect((await node.send('DELETE', path, { as })).status).toBe(204)
  expect((await node.send('DELETE', path, { as })).json).toMatchObject({ code: 'not_found' })
  expect((await node.send('GET', '/secrets', { as })).json).toEqual({ secrets: [] })
  expect(await set({ value })).toMatchObject({ version: 3 })

  const told = await node.send('GET', '/events?follow=false&type=secret.*', { as })
  const events = told.json.events.map(({ type, data }: { type: string; data: object }) => [type, data])
  expect(events).toMatchObject([
    ['secret.set', { name, version: 1 }],
    ['secret.set', { name, version: 2 }],
    ['secret.unset', { name }],
    ['secret.set', { name, version: 3 }],
  ])
  const everything = [told.json, (await node.send('GET', '/audit', { as })).json, await dump(database.url)]
  expect(JSON.stringify(everything)).not.toContain(value)
})

test.each([
  ['too short', { value: 'short' }],
  ['no text', { value: ['a value that is nowhere'] }],
  ['of two fields', { value, more: value }],
  ['with NUL', { value: `${value}\0` }],
  ['not JSON', `{"value": ${value}}`],
])('a value that is %s is refused without being repeated', async (_, body) => {
  const answer = await node.app.inject({
    method: 'PUT',
    url: `/api/v1${path}`,
    headers: { authorization: 'Bearer the-own-token-of-the-server', 'content-type': 'application/json' },
    payload: body,
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).not.toContain(value)
  expect(answer.body).not.toContain('"short"')
})

test('secrets are their workspace’s own, and an operator sees names and changes nothing', async () => {
  const { secret: admin } = await node.tokenOf('team-b', 'admin')
  const { secret: operator } = await node.tokenOf('team-b', 'operator')
  const { secret: foreign } = await node.tokenOf('team-c', 'admin')
  await node.send('PUT', path, { as: admin, body: { value } })
  expect((await node.send('GET', '/secrets', { as: operator })).json.secrets).toHaveLength(1)
  expect((await node.send('PUT', path, { as: operator, body: { value } })).status).toBe(403)
  expect((await node.send('DELETE', path, { as: operator })).status).toBe(403)
  expect((await node.send('GET', '/secrets', { as: foreign })).json.secrets).toEqual([])
})

test('what a secret was before stays known, sealed, until it is taken away: what runs with it may still print it', async () => {
  const { secret: as } = await node.tokenOf('team-f', 'admin')
  const values = Array.from({ length: 8 }, (_, n) => `a value that is nowhere ${n}`)
  for (const one of values) await node.send('PUT', path, { as, body: { value: one } })
  const place = { workspace: 'team-f', project: 'hostomatic', environment: 'prod' }
  expect([...(await node.secrets.former(place, ['db_password', 'other']))].sort()).toEqual(values.slice(2, 7))
  await node.send('DELETE', path, { as })
  expect(await node.secrets.former(place, ['db_password'])).toEqual([])
  expect(JSON.stringify(await dump(database.url))).not.toContain(values[7])
})

test('what is in the database is sealed, and a row that is moved to another workspace does not open', async () => {
  const { secret: as } = await node.tokenOf('team-d', 'admin')
  await node.send('PUT', path, { as, body: { value } })
  const place = { workspace: 'team-d', project: 'hostomatic', environment: 'prod' }
  const found = await node.secrets.find(place, ['db_password', 'other'])
  expect([...found]).toEqual([
    [
      'db_password',
      {
        value,
        source: 'sealed',
        variable: 'HOSTOMATIC_PROD_DB_PASSWORD',
        count: '1',
        version: 'HOSTOMATIC_PROD_DB_PASSWORD@1',
      },
    ],
  ])
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    await client.query(`update atlas.secret set workspace = 'team-e' where workspace = 'team-d'`)
  } finally {
    await client.end()
  }
  const stolen = node.secrets.find({ ...place, workspace: 'team-e' }, ['db_password'])
  await expect(stolen).rejects.toMatchObject({ code: 'vault_sealed' })
})
