import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'
import { dataFolder, type ServerProcess, serverOf, startServer, stopServer } from '../server.fixture.ts'

const cloudFolder = dataFolder()
let cloud: ServerProcess
let token: string
let database: Awaited<ReturnType<typeof postgres>>
let one: ApiNode
let other: ApiNode

beforeAll(async () => {
  database = await postgres()
  cloud = await startServer(cloudFolder.path)
  const sandbox = serverOf(cloudFolder.path).sandbox!
  token = sandbox.token
  // The sandbox plays DigitalOcean, and the environment has a token that is not good there.
  const env = { DIGITALOCEAN_API_URL: sandbox.url, DO_TOKEN: 'dop_v1_of_the_environment' }
  one = await apiNode(database.url, env)
  other = await apiNode(database.url, env)
})
afterAll(async () => {
  await one.close()
  await other.close()
  await database.stop()
  await stopServer(cloud)
  cloudFolder.remove()
})

const inWorkspace = (name: string) => ({ 'atlas-workspace': name })
const check = async (node: ApiNode, as: string) =>
  (await node.send('POST', '/credentials/digitalocean/check', { as })).json.check

test('a workspace’s calls are made with its own credential, from the next call on, on every node', async () => {
  const { secret: as } = await one.tokenOf('team-a', 'admin')
  expect(await check(one, as)).toMatchObject({ status: 'no_credential', source: null })

  const set = await one.send('PUT', '/credentials/digitalocean', { as, body: { token } })
  expect(set).toMatchObject({ status: 200, json: { credential: { source: 'sealed', rotated_at: null } } })
  const { fingerprint } = set.json.credential
  expect(await check(other, as)).toMatchObject({ status: 'connected', source: 'sealed', fingerprint })

  await other.send('PUT', '/credentials/digitalocean', { as, body: { token: 'dop_v1_another_one' } })
  const after = await check(one, as)
  expect(after).toMatchObject({ status: 'no_credential', source: 'sealed' })
  expect(after.fingerprint).not.toBe(fingerprint)

  expect(await one.send('DELETE', '/credentials/digitalocean', { as })).toMatchObject({ status: 204 })
  expect(await one.send('DELETE', '/credentials/digitalocean', { as })).toMatchObject({ status: 404 })
  expect(await check(other, as)).toMatchObject({ status: 'no_credential', source: null })
})

test('a credential serves its own workspace and no other, and the environment’s only the default one', async () => {
  const { secret: as } = await one.tokenOf('team-b', 'admin')
  const { secret: foreign } = await one.tokenOf('team-c', 'admin')
  await one.send('PUT', '/credentials/digitalocean', { as, body: { token } })
  expect((await one.send('GET', '/credentials', { as: foreign })).json).toEqual({ credentials: [] })
  expect(await check(one, foreign)).toMatchObject({ status: 'no_credential', source: null })
  const plan = await one.send('POST', '/infrastructure?plan=true', {
    as: foreign,
    body: { name: 'shop', provider: 'digitalocean', region: 'nyc3', resources: [] },
  })
  expect(plan.json).toMatchObject({ code: 'config_invalid', detail: expect.stringContaining('team-c') })
  const own = await one.send('GET', '/credentials', { headers: inWorkspace('default') })
  expect(own.json.credentials).toMatchObject([{ provider: 'digitalocean', source: 'environment', created_at: null }])
})

test('only an admin may touch credentials, and no answer ever has one in it', async () => {
  const { secret: as } = await one.tokenOf('team-d', 'operator')
  for (const [method, path] of [
    ['GET', '/credentials'],
    ['PUT', '/credentials/digitalocean'],
    ['DELETE', '/credentials/digitalocean'],
    ['POST', '/credentials/digitalocean/check'],
    ['POST', '/vault/rotate-key'],
  ] as const)
    expect((await one.send(method, path, { as, body: { token } })).status, `${method} ${path}`).toBe(403)

  const headers = inWorkspace('team-d')
  const put = (body: object | string, type = 'application/json') =>
    one.app.inject({
      method: 'PUT',
      url: '/api/v1/credentials/digitalocean',
      headers: { authorization: 'Bearer the-own-token-of-the-server', 'content-type': type, ...headers },
      payload: body,
    })
  const answers = [
    await put({ token }),
    await put({ token, more: token }),
    await put({ token: [token] }),
    await put(token),
    await put(`{"token": ${token}}`),
    await put(token, 'text/plain'),
    await one.app.inject({ url: '/api/v1/credentials', headers: { authorization: `Bearer ${as}` } }),
  ]
  for (const answer of answers) expect(answer.body, String(answer.statusCode)).not.toContain(token)
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 400, 400, 400, 400, 400, 403])
})

test('what is in the database is sealed, and a row that is moved to another workspace opens nothing', async () => {
  const { secret: as } = await one.tokenOf('team-e', 'admin')
  const { secret: thief } = await one.tokenOf('team-f', 'admin')
  await one.send('PUT', '/credentials/digitalocean', { as, body: { token } })
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    const { rows } = await client.query(`select c::text as row from atlas.credential c`)
    expect(JSON.stringify(rows)).not.toContain(token)
    await client.query(`update atlas.credential set workspace = 'team-f' where workspace = 'team-e'`)
  } finally {
    await client.end()
  }
  const stolen = await one.send('POST', '/credentials/digitalocean/check', { as: thief })
  expect(stolen).toMatchObject({ status: 500, json: { code: 'vault_sealed' } })
  expect((await one.send('GET', '/credentials', { as: thief })).json.credentials).toMatchObject([
    { status: 'unavailable', hint: expect.stringContaining('belongs elsewhere') },
  ])
})

test('a key that stands in the environment is rotated by putting a new one in front of it', async () => {
  const refused = await one.send('POST', '/vault/rotate-key')
  expect(refused).toMatchObject({
    status: 422,
    json: { code: 'config_invalid', hint: expect.stringContaining('front') },
  })
})
