import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres, rootSecret } from './api.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
const nodes: ApiNode[] = []
beforeAll(async () => {
  database = await postgres()
})
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close()
})
afterAll(() => database.stop())

async function node(env: Record<string, string> = {}): Promise<ApiNode> {
  const made = await apiNode(database.url, env)
  nodes.push(made)
  return made
}

const metricsToken = 'only-for-whoever-collects-figures'

test('figures tell of requests by route, of calls of drivers, and of what the database knows', async () => {
  const { send, app } = await node()
  await send('GET', '/providers')
  await send('GET', '/operations/6f1f3c0e-0000-4000-8000-000000000000')
  const { body } = await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${rootSecret}` } })
  expect(body).toContain('atlas_http_requests_total{method="GET",route="/api/v1/providers",status="2xx"} 1')
  expect(body).toContain('atlas_http_requests_total{method="GET",route="/api/v1/operations/:id",status="4xx"} 1')
  expect(body).toMatch(/atlas_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/providers"\} 1/)
  expect(body).toContain('atlas_cloud_calls_total{provider="memory",verb="account",type="account",outcome="ok"} 1')
  expect(body).toContain('atlas_queue_depth 0')
  expect(body).toContain('atlas_database_up 1')
})

test('figures are for the server’s own token and the one made for them, not for that of a workspace', async () => {
  const { app, tokenOf } = await node({ ATLAS_METRICS_TOKEN: metricsToken })
  const { secret } = await tokenOf('figures', 'admin')
  const status = async (authorization?: string) =>
    (await app.inject({ url: '/metrics', headers: authorization ? { authorization: `Bearer ${authorization}` } : {} }))
      .statusCode
  expect([await status(), await status(secret), await status(metricsToken), await status(rootSecret)]).toEqual([
    401, 403, 200, 200,
  ])
  const open = await node({ ATLAS_METRICS: 'open' })
  expect((await open.app.inject('/metrics')).statusCode).toBe(200)
  const off = await node({ ATLAS_METRICS: 'off' })
  expect((await off.app.inject('/metrics')).statusCode).toBe(404)
})

test('two nodes hold a token to one rate, and tell it how it stands', async () => {
  const rate = { ATLAS_RATE_LIMIT: '20/h' }
  const [one, other] = [await node(rate), await node(rate)]
  const { secret: as } = await one.tokenOf('limited', 'viewer')
  const first = await one.send('GET', '/operations', { as })
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"default";q=20;w=3600',
    ratelimit: expect.stringMatching(/^"default";r=19;t=\d+$/),
  })
  for (let asked = 1; asked < 12; asked++) await one.send('GET', '/operations', { as })
  // The other node counts those too as soon as both have told.
  await other.send('GET', '/operations', { as })
  const left = async () => {
    const { headers } = await other.send('GET', '/operations', { as })
    return Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1])
  }
  await expect.poll(left, { timeout: 10_000, interval: 600 }).toBeLessThan(7)
  for (let asked = 0; asked < 8; asked++) await other.send('GET', '/operations', { as })
  const refused = await other.send('GET', '/operations', { as })
  expect(refused.status).toBe(429)
  expect(refused.json).toMatchObject({ code: 'rate_limited' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  await expect.poll(async () => (await one.send('GET', '/operations', { as })).status).toBe(429)
  expect((await one.send('GET', '/operations')).status).toBe(200)
})

test('a sane request id is taken over, any other is replaced', async () => {
  const { app } = await node()
  const idFor = async (given: string) =>
    (await app.inject({ url: '/api/v1/health', headers: { 'x-request-id': given } })).headers['x-request-id']
  expect(await idFor('deploy-2026-11-20.7')).toBe('deploy-2026-11-20.7')
  for (const odd of ['short', 'with space inside', 'x'.repeat(200), 'semi;colon-here'])
    expect(await idFor(odd)).toMatch(/^[0-9a-f-]{36}$/)
})

test('only named origins may read answers in a browser, and the pages at /docs keep their own policy', async () => {
  const { app } = await node({ ATLAS_CORS_ORIGINS: 'https://console.example.com' })
  const allowed = async (origin: string) =>
    (await app.inject({ url: '/api/v1/health', headers: { origin } })).headers['access-control-allow-origin']
  expect(await allowed('https://console.example.com')).toBe('https://console.example.com')
  expect(await allowed('https://evil.example.com')).not.toBe('https://evil.example.com')
  const policy = async (url: string) => String((await app.inject(url)).headers['content-security-policy'])
  expect(await policy('/api/v1/health')).toContain("default-src 'none'")
  expect(await policy('/docs/')).toContain("default-src 'self'")
})

test.each([
  ['that nests too deep', '['.repeat(100_000), 400, 'more than 64 levels'],
  ['that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, 'not UTF-8'],
  ['with a prototype in it', '{"__proto__":{"admin":true}}', 400, 'has a key __proto__'],
  ['that is no JSON', '{"__proto__":', 400, 'not valid JSON'],
  ['of 9 MB', `"${'x'.repeat(9 * 1024 * 1024)}"`, 413, 'too large'],
])('a body %s is refused, with the reason', async (_what, payload, status, reason) => {
  const { app } = await node()
  const headers = { authorization: `Bearer ${rootSecret}`, 'content-type': 'application/json' }
  const answer = await app.inject({ method: 'POST', url: '/api/v1/infrastructure', headers, payload })
  expect(answer.statusCode).toBe(status)
  expect(answer.json()).toMatchObject({ code: 'usage', detail: expect.stringContaining(reason) })
})

test('a server that drains says so in its health, with 503', async () => {
  const { edge, send } = await node()
  expect(await send('GET', '/health')).toMatchObject({ status: 200, json: { status: 'ok' } })
  await edge.drain()
  expect(await send('GET', '/health')).toMatchObject({ status: 503, json: { status: 'draining' } })
})
