import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'

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

const shop = {
  name: 'shop',
  provider: 'memory',
  region: 'nyc3',
  resources: [{ type: 'vpc', name: 'net', specifications: {} }],
}
const named = ({ json }: { json: { workspaces: { name: string }[] } }) => json.workspaces.map(({ name }) => name)

test('the server’s own token makes workspaces; everybody else sees their own alone', async () => {
  const admin = (await node.tokenOf('blue', 'admin')).secret
  await node.tokenOf('green', 'viewer')
  expect(named(await node.send('GET', '/workspaces'))).toEqual(['blue', 'default', 'green'])
  expect(named(await node.send('GET', '/workspaces', { as: admin }))).toEqual(['blue'])
  expect((await node.send('GET', '/workspaces/green', { as: admin })).status).toBe(404)
  const refused = await node.send('POST', '/workspaces', { as: admin, body: { name: 'mine' } })
  expect(refused).toMatchObject({ status: 403, json: { code: 'forbidden' } })
  expect(await node.send('POST', '/workspaces', { body: { name: 'blue' } })).toMatchObject({
    status: 409,
    json: { code: 'already_exists' },
  })
})

test('a workspace that the request names must be there, and be the caller’s', async () => {
  const { secret } = await node.tokenOf('red', 'viewer')
  const asking = (as: string, workspace: string) =>
    node.send('GET', '/operations', { as, headers: { 'atlas-workspace': workspace } })
  expect((await asking(secret, 'red')).status).toBe(200)
  expect(await asking(secret, 'default')).toMatchObject({ status: 404, json: { code: 'not_found' } })
  expect((await node.send('GET', '/operations', { headers: { 'atlas-workspace': 'nowhere' } })).status).toBe(404)
})

test('a workspace is deleted when it is empty, with its tokens, and its name is not given out again', async () => {
  const admin = (await node.tokenOf('short', 'admin')).secret
  expect((await node.send('POST', '/infrastructure', { as: admin, body: shop })).status).toBe(202)
  const full = await node.send('DELETE', '/workspaces/short', { as: admin })
  expect(full).toMatchObject({ status: 409, json: { code: 'not_empty', detail: expect.stringContaining('shop') } })

  const other = (await node.tokenOf('empty', 'admin')).secret
  expect((await node.send('DELETE', '/workspaces/empty', { as: admin })).status).toBe(404)
  expect((await node.send('DELETE', '/workspaces/empty', { as: other })).status).toBe(204)
  expect((await node.send('GET', '/operations', { as: other })).status).toBe(401)
  expect((await node.send('GET', '/operations', { headers: { 'atlas-workspace': 'empty' } })).status).toBe(404)
  expect((await node.send('POST', '/workspaces', { body: { name: 'empty' } })).json.code).toBe('already_exists')
  expect((await node.send('DELETE', '/workspaces/default')).json.code).toBe('not_empty')
})
