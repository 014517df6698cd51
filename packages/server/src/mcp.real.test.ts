import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres } from './api.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode
let address: string

beforeAll(async () => {
  database = await postgres()
  node = await apiNode(database.url, { ATLAS_CORS_ORIGINS: 'https://console.example.com' })
  address = await node.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await node.close()
  await database.stop()
})

const traceId = '0af7651916cd43dd8448eb211c80319c'

/** The official client, as programs with agents use it. */
async function connected(secret: string) {
  const client = new Client({ name: 'test', version: '1' })
  const headers = { authorization: `Bearer ${secret}`, 'user-agent': 'an agent' }
  const requestInit = { headers: { ...headers, traceparent: `00-${traceId}-b7ad6b7169203331-01` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${address}/mcp`), { requestInit }))
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { isError = false, structuredContent, _meta } = await client.callTool({ name, arguments: args })
    // biome-ignore lint/suspicious/noExplicitAny: each tool answers another shape
    return { isError, value: (structuredContent ?? { error: _meta?.['atlas/error'] }) as any }
  }
  return { client, call }
}

const shop = (name: string) => ({
  name,
  provider: 'memory',
  region: 'nyc3',
  resources: [{ type: 'vpc', name: 'net', specifications: {} }],
})

const post = (headers: Record<string, string>, body: object = { jsonrpc: '2.0', id: 1, method: 'tools/list' }) =>
  fetch(`${address}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  })

test('an agent plans, a person approves, and the plan is carried out, by the rules of the API', async () => {
  const agent = await node.tokenOf('team', 'operator', { approval: 'required' })
  const person = await node.tokenOf('team', 'operator')
  const { client, call } = await connected(agent.secret)
  expect((await client.listTools()).tools.map(({ name }) => name).sort()).toEqual([
    'apply',
    'estimate_cost',
    'explain_error',
    'get_infrastructure',
    'list_events',
    'list_infrastructure',
    'operation_status',
    'plan',
  ])
  const { plan_hash } = (await call('plan', { description: shop('shop') })).value
  expect((await call('apply', { plan_hash })).value).toMatchObject({ status: 'awaiting_approval' })
  const approved = await node.send('POST', `/plans/${plan_hash}/approve`, { as: person.secret })
  expect(approved.status).toBe(200)
  const { value } = await call('apply', { plan_hash })
  expect(value).toMatchObject({ status: 'started', operation: { infrastructure: 'shop', plan_hash } })
  const { json } = await node.send('GET', `/operations/${value.operation.id}`, { as: person.secret })
  expect(json.operation).toMatchObject({ trace_id: traceId })
  expect((await call('operation_status', { plan_hash })).value.operation.id).toBe(value.operation.id)
  expect((await call('list_events', { infrastructure: 'shop' })).value.events[0].type).toBe('operation.queued')
  expect(await call('get_infrastructure', { name: 'none' })).toMatchObject({
    isError: true,
    value: { error: { code: 'not_found' } },
  })
  await client.close()

  const admin = await node.tokenOf('team', 'admin')
  const { audit } = (await node.send('GET', '/audit?limit=200', { as: admin.secret })).json
  const own = audit.filter(({ actor }: { actor: { kind: string } }) => actor.kind === 'agent')
  expect(own.map(({ action }: { action: string }) => action)).toContain('POST /api/v1/plans/:hash/apply')
  for (const { origin } of own) expect(origin).toMatchObject({ address: '127.0.0.1', user_agent: 'an agent' })
})

test('a token opens its own workspace and what its role allows, here as elsewhere', async () => {
  const viewer = await node.tokenOf('lookers', 'viewer')
  const { client, call } = await connected(viewer.secret)
  expect((await call('list_infrastructure')).value).toEqual({ infrastructure: [] })
  expect((await call('plan', { description: shop('none') })).value.error.code).toBe('forbidden')
  await client.close()
})

test('nobody is let in without a token, nor a page of another origin; there is no stream and no session', async () => {
  const { secret } = await node.tokenOf('edges', 'viewer')
  const authorization = `Bearer ${secret}`
  expect((await post({})).status).toBe(401)
  expect((await post({ authorization: 'Bearer wrong' })).headers.get('www-authenticate')).toBe('Bearer')
  await expect(connected('wrong')).rejects.toThrow()
  expect((await post({ authorization, origin: 'https://evil.example.com' })).status).toBe(403)
  expect((await post({ authorization, origin: 'https://console.example.com' })).status).toBe(200)
  expect((await post({ authorization }, { no: 'rpc' })).status).toBe(400)
  const open = await fetch(`${address}/mcp`, { headers: { authorization, accept: 'text/event-stream' } })
  expect([open.status, open.headers.get('allow')]).toEqual([405, 'POST'])
})
