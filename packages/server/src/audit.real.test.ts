import type { AuditRecord } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ApiNode, apiNode, postgres, rootSecret } from './api.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let node: ApiNode

beforeAll(async () => {
  database = await postgres()
  // Nobody is there: a credential that is checked goes nowhere.
  node = await apiNode(database.url, { DIGITALOCEAN_API_URL: 'http://127.0.0.1:1' })
})
afterAll(async () => {
  await node.close()
  await database.stop()
})

const shop = (name: string) => ({
  name,
  provider: 'memory',
  region: 'nyc3',
  resources: [{ type: 'vpc', name: 'net', specifications: {} }],
})

/** The records of a workspace since a number, the first first. */
async function since(workspace: string, seq = 0): Promise<AuditRecord[]> {
  const { json } = await node.send('GET', '/audit?limit=200', { headers: { 'atlas-workspace': workspace } })
  return (json.audit as AuditRecord[]).filter((record) => record.seq > seq).reverse()
}
const latest = async (workspace: string) => (await since(workspace)).at(-1)?.seq ?? 0

test('a change is written down before it is made, and what came of it after', async () => {
  const { secret, token } = await node.tokenOf('a-change', 'operator')
  const before = await latest('a-change')
  const headers = { 'user-agent': 'curl/8' }
  const answer = await node.send('POST', '/infrastructure', { as: secret, body: shop('shop'), headers })
  expect(answer.status).toBe(202)

  const [asked, answered, ...more] = await since('a-change', before)
  expect(more).toEqual([])
  expect(asked).toMatchObject({
    kind: 'asked',
    actor: { kind: 'token', id: token.id, name: 'a-change-operator' },
    action: 'POST /api/v1/infrastructure',
    object: '/api/v1/infrastructure',
    origin: { address: '127.0.0.1', user_agent: 'curl/8', request: expect.any(String) },
    result: null,
  })
  const { id, plan_hash } = answer.json.operation
  expect(answered).toMatchObject({
    kind: 'answered',
    about: asked!.seq,
    object: `/api/v1/operations/${id}`,
    operation: id,
    plan_hash,
    result: { status: 202, code: null },
  })
})

test('the end of an operation is written down with it', async () => {
  const { secret: as } = await node.tokenOf('endings', 'operator')
  const before = await latest('endings')
  // Nothing in it, so it is carried out by being asked for.
  const { json } = await node.send('POST', '/infrastructure', { as, body: { ...shop('bare'), resources: [] } })
  expect(await since('endings', before)).toMatchObject([
    { kind: 'asked' },
    {
      kind: 'ended',
      action: 'operation apply',
      object: 'bare',
      operation: json.operation.id,
      plan_hash: json.operation.plan_hash,
      result: { status: 'succeeded', code: null },
    },
    { kind: 'answered', operation: json.operation.id },
  ])
})

test('which credential served is written down, and not what it is', async () => {
  const { secret: as } = await node.tokenOf('served', 'admin')
  const token = 'dop_v1_that_nobody_may_see'
  await node.send('PUT', '/credentials/digitalocean', { as, body: { token } })
  await node.send('POST', '/credentials/digitalocean/check', { as })
  await expect.poll(async () => (await since('served')).map(({ kind }) => kind)).toContain('used')
  const records = await since('served')
  expect(records.find(({ kind }) => kind === 'used')).toMatchObject({
    action: 'credential for check',
    object: expect.stringMatching(/^digitalocean from \w+ \(\w+\)$/),
  })
  expect(JSON.stringify(records)).not.toContain(token)
})

test('what is refused is written down with its code', async () => {
  const viewer = await node.tokenOf('refusals', 'viewer')
  const operator = (await node.tokenOf('refusals', 'operator')).secret
  const before = await latest('refusals')
  await node.send('POST', '/infrastructure', { as: viewer.secret, body: shop('shop') })
  await node.send('POST', '/infrastructure', { as: operator, body: { ...shop('shop'), plan_hash: 'an-older-one' } })
  await node.send('GET', '/tokens', { as: viewer.secret })
  await node.send('DELETE', `/tokens/${viewer.token.id}`, { headers: { 'atlas-workspace': 'refusals' } })
  await node.send('GET', '/operations', { as: viewer.secret })

  const told = (await since('refusals', before)).map(({ kind, action, plan_hash, result }) =>
    [kind, action, plan_hash, result?.status, result?.code].filter(Boolean).join(' '),
  )
  expect(told).toEqual([
    'refused POST /api/v1/infrastructure 403 forbidden',
    'asked POST /api/v1/infrastructure an-older-one',
    'answered POST /api/v1/infrastructure an-older-one 409 plan_stale',
    'refused GET /api/v1/tokens 403 forbidden',
    'asked DELETE /api/v1/tokens/:id',
    'answered DELETE /api/v1/tokens/:id 200',
    'refused GET /api/v1/operations 401 unauthorized',
  ])
})

test('what only looks is not written down: reads, previews, estimates', async () => {
  const { secret: as } = await node.tokenOf('looks', 'operator')
  const before = await latest('looks')
  await node.send('GET', '/infrastructure', { as })
  await node.send('POST', '/infrastructure?plan=true', { as, body: shop('shop') })
  await node.send('POST', '/estimate-cost', { as, body: shop('shop') })
  expect(await since('looks', before)).toEqual([])
})

test('no token and nothing of a body is in the audit', async () => {
  const { secret } = await node.tokenOf('quiet', 'admin')
  await node.send('POST', '/tokens', { as: secret, body: { name: 'x', role: 'viewer' } })
  await node.send('POST', `/tokens?secret=${secret}`, { as: secret, body: { name: 'hidden-words', role: 'viewer' } })
  const text = JSON.stringify(await since('quiet'))
  for (const word of [secret, rootSecret, 'hidden-words']) expect(text).not.toContain(word)
})

test('what cannot be written down is not done', async () => {
  const { secret } = await node.tokenOf('strict', 'admin')
  const { write } = node.store.audit
  node.store.audit.write = () => Promise.reject(new Error('no room'))
  const answer = await node.send('POST', '/tokens', { as: secret, body: { name: 'unseen', role: 'viewer' } })
  node.store.audit.write = write
  expect(answer.status).toBe(500)
  const { json } = await node.send('GET', '/tokens', { as: secret })
  expect(json.tokens.map(({ name }: { name: string }) => name)).not.toContain('unseen')
})

test('an admin exports what is of the workspace, the server’s own token everything; the chain is whole', async () => {
  const { secret } = await node.tokenOf('export', 'admin')
  const exported = async (as: string, query: string) =>
    node.app.inject({ url: `/api/v1/audit/export${query}`, headers: { authorization: `Bearer ${as}` } })
  const lines = ({ body }: { body: string }) =>
    body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  const own = await exported(secret, '')
  expect(own.headers['content-type']).toBe('application/x-ndjson')
  expect(new Set(lines(own).map(({ workspace }) => workspace))).toEqual(new Set(['export']))
  expect((await exported(secret, '?everything=true')).statusCode).toBe(403)
  const all = lines(await exported(rootSecret, '?everything=true'))
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, n) => n + 1))

  const { hash, seq } = all.at(-1)
  const verdict = await node.send('GET', `/audit/verify?head=${seq}:${hash}`)
  expect(verdict.json).toMatchObject({ ok: true, findings: [] })
  const other = await node.send('GET', `/audit/verify?head=${seq}:${'f'.repeat(64)}`)
  expect(other.json).toMatchObject({ ok: false, findings: [{ seq, what: 'diverged' }] })
})
