import { AtlasError, type Operation, type Plan } from '@atlas/core'
import { afterEach, expect, test } from 'vitest'
import { createApi } from './app.ts'
import type { Control, PlanRequest } from './control.ts'
import { rootToken } from './root-token.ts'

const operation: Operation = {
  id: 'op-1',
  workspace: 'default',
  infrastructure: 'shop',
  kind: 'apply',
  planHash: 'h1',
  status: 'running',
  waitsFor: null,
  cancelRequested: false,
  totalSteps: 2,
  completedSteps: 1,
  currentStep: 'Creating database: app-database',
  createdResources: ['net'],
  costChange: 47.86,
  error: null,
  budgetOverride: null,
  origin: { requestId: 'request-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  createdAt: '2026-11-20T10:00:00.000Z',
  startedAt: '2026-11-20T10:00:01.000Z',
  finishedAt: null,
}

const apps: ReturnType<typeof createApi>[] = []
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())))

/** An API over a control that knows one operation, and what was asked of it. */
function api(over: Partial<Control> = {}) {
  const asked: unknown[] = []
  const note = async <T>(request: unknown, answer: T) => {
    asked.push(request)
    return answer
  }
  const control = {
    plan: (request: PlanRequest) => note(request, { hash: 'h1' } as Plan),
    submit: ({ by: _, origin: __, ...request }: Parameters<Control['submit']>[0]) => note(request, operation),
    operation: async () => operation,
    audit: { write: async () => 1 } as unknown as Control['audit'],
    budgets: { gate: async () => ({ verdict: 'ok', budgets: [] }) },
    ...over,
  } as Control
  const app = createApi({ control, authenticate: rootToken('secret'), heartbeatMs: 5 })
  apps.push(app)
  const headers = { authorization: 'Bearer secret' }
  const send = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) =>
    app.inject({ method, url: `/api/v1${url}`, headers, ...(payload ? { payload } : {}) })
  return { app, control, asked, send }
}

test.each([undefined, 'Bearer wrong', 'Basic secret', 'Bearer'])(
  'a request with authorization %j is refused',
  async (authorization) => {
    const { app } = api()
    const answer = await app.inject({ url: '/api/v1/operations/op-1', headers: authorization ? { authorization } : {} })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({ code: 'unauthorized', title: 'No valid token', hint: expect.any(String) })
  },
)

test('who asks is handed over with the change', async () => {
  const actors: unknown[] = []
  const { send } = api({
    submit: async ({ by }) => {
      actors.push(by.kind)
      return operation
    },
  })
  await send('POST', '/infrastructure', { name: 'shop' })
  expect(actors).toEqual(['root'])
})

test('a role that does not reach is refused, by a problem that names the one that does', async () => {
  const { control } = api()
  const authenticate = async () => ({
    workspace: 'default',
    role: 'viewer' as const,
    actor: { kind: 'token' as const, id: 't1', name: 'dashboard' },
  })
  const app = createApi({ control, authenticate })
  apps.push(app)
  const headers = { authorization: 'Bearer anything' }
  const read = await app.inject({ url: '/api/v1/operations/op-1', headers })
  const change = await app.inject({ method: 'POST', url: '/api/v1/operations/op-1/cancel', headers })
  expect([read.statusCode, change.statusCode, change.json().code]).toEqual([200, 403, 'forbidden'])
  expect(change.json().detail).toContain('needs the role operator; dashboard is viewer')
})

test('health needs no token and says 503 when degraded', async () => {
  const health = {
    status: 'degraded',
    version: '0',
    uptimeSeconds: 1,
    database: 'ok',
    workers: 0,
    queued: 0,
    running: 0,
  }
  const { app } = api({ health: async () => health as Awaited<ReturnType<Control['health']>> })
  const answer = await app.inject('/api/v1/health')
  expect([answer.statusCode, answer.json().uptime_seconds]).toEqual([503, 1])
})

test('an operation has the field names of the public API', async () => {
  const answer = await api().send('GET', '/operations/op-1')
  expect(answer.json().operation).toMatchObject({
    id: 'op-1',
    status: 'in_progress',
    total_steps: 2,
    completed_steps: 1,
    current_step: 'Creating database: app-database',
    created_resources: ['net'],
    cost_change: 47.86,
  })
})

test('a query that the route does not know is refused, and nothing is carried out', async () => {
  const { send, asked } = api()
  const typo = await send('POST', '/infrastructure?plna=true', { name: 'shop' })
  expect([typo.statusCode, typo.json().code, typo.json().hint]).toEqual([400, 'usage', 'did you mean plan?'])
  const none = await send('POST', '/operations/op-1/cancel?force=true')
  expect(none.json()).toMatchObject({
    status: 400,
    detail: 'POST /api/v1/operations/:id/cancel takes no force in its query',
    problems: [{ where: 'querystring/force', found: 'force', expected: 'no query' }],
  })
  expect(asked).toEqual([])
})

test('a credential that no header can carry is refused, and not repeated', async () => {
  const answer = await api().send('PUT', '/credentials/digitalocean', { token: 'dop_v1_secret…' })
  expect([answer.statusCode, answer.json().detail]).toEqual([
    400,
    'body/token: expected ASCII only: is it all there, without …?',
  ])
  expect(answer.body).not.toContain('secret')
})

test('what cannot be read as JSON is refused with what to send instead', async () => {
  const { app } = api()
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/x-www-form-urlencoded' }
  const form = await app.inject({ method: 'POST', url: '/api/v1/infrastructure', headers, body: '{"name":"shop"}' })
  expect([form.statusCode, form.json().hint]).toEqual([415, 'send JSON, with `content-type: application/json`'])
})

test('?plan=true plans and submits nothing', async () => {
  const { send, asked } = api()
  const answer = await send('POST', '/infrastructure?plan=true', { name: 'shop', plan_hash: 'h0' })
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    { plan: { hash: 'h1' }, gate: { verdict: 'ok', can_override: false, budgets: [] } },
  ])
  expect(asked).toEqual([{ workspace: 'default', kind: 'apply', description: { name: 'shop' } }])
})

test('a description is submitted without the approval that came with it', async () => {
  const { send, asked } = api()
  const answer = await send('POST', '/infrastructure', { name: 'shop', plan_hash: 'h1', consent: ['data'] })
  expect([answer.statusCode, answer.headers.location]).toEqual([202, '/api/v1/operations/op-1'])
  expect(asked).toEqual([
    { workspace: 'default', kind: 'apply', description: { name: 'shop' }, planHash: 'h1', consent: ['data'] },
  ])
})

test('without a hash what is planned now is what is submitted', async () => {
  const { send, asked } = api()
  await send('POST', '/infrastructure', { name: 'shop' })
  expect(asked).toMatchObject([{ kind: 'apply' }, { planHash: 'h1', consent: [] }])
})

test('a destruction takes hash and consent from the query', async () => {
  const { send, asked } = api()
  await send('DELETE', '/infrastructure/shop?plan_hash=h9&consent=data')
  expect(asked).toEqual([
    { workspace: 'default', kind: 'destroy', infrastructure: 'shop', planHash: 'h9', consent: ['data'] },
  ])
})

test('a rollback without a body is understood', async () => {
  const { send, asked } = api()
  expect((await send('POST', '/operations/op-1/rollback')).statusCode).toBe(202)
  expect(asked).toMatchObject([{ kind: 'rollback', operation: 'op-1' }, { planHash: 'h1' }])
})

test('null is no body, and not the same as none', async () => {
  const { app, asked } = api()
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' }
  const url = '/api/v1/operations/op-1/rollback'
  expect((await app.inject({ method: 'POST', url, headers, payload: ' null' })).statusCode).toBe(400)
  expect(asked).toEqual([])
})

test('an AtlasError leaves as a problem with every finding', async () => {
  const problems = [{ where: '/name', message: 'is missing' }]
  const refuse = () => Promise.reject(new AtlasError('spec_invalid', 'No name', { hint: 'add one', problems }))
  const answer = await api({ plan: refuse }).send('POST', '/infrastructure?plan=true', {})
  expect(answer.statusCode).toBe(422)
  expect(answer.json()).toMatchObject({
    type: 'urn:atlas:problem:spec_invalid',
    detail: 'No name',
    hint: 'add one',
    problems,
  })
})

test('an error without a name keeps its message to itself', async () => {
  const answer = await api({ operation: () => Promise.reject(new Error('password=hunter2')) }).send(
    'GET',
    '/operations/x',
  )
  expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal'])
  expect(answer.body).not.toContain('hunter2')
})

test.each([
  ['GET', '/operations?limit=many', 'querystring/limit'],
  ['POST', '/infrastructure?plan=perhaps', 'querystring/plan'],
] as const)('%s %s is refused with the place', async (method, url, where) => {
  const answer = await api().send(method, url, method === 'POST' ? {} : undefined)
  expect(answer.json()).toMatchObject({ code: 'usage', status: 400, problems: [{ where }] })
})

test.each(['DELETE', 'TRACE', 'QUERY', 'OPTIONS'] as const)(
  '%s where there is only GET is 405, and says so',
  async (method) => {
    const { app } = api()
    const headers = { authorization: 'Bearer secret' }
    const answer = await app.inject({ method: method as 'DELETE', url: '/api/v1/operations/op-1?a=b', headers })
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
    expect(answer.json()).toMatchObject({ code: 'method_not_allowed', hint: 'it knows GET, HEAD' })
  },
)

test('a body that is not JSON and a route that is not there are problems too', async () => {
  const { app, send } = api()
  const headers = { authorization: 'Bearer secret', 'content-type': 'application/json' }
  const broken = await app.inject({ method: 'POST', url: '/api/v1/infrastructure', headers, payload: '{' })
  expect(broken.json()).toMatchObject({ code: 'usage', status: 400 })
  expect((await send('GET', '/nothing')).json()).toMatchObject({ code: 'not_found', status: 404 })
})
