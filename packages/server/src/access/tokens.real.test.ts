import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ApiNode, apiNode, postgres } from '../api.fixture.ts'

let database: Awaited<ReturnType<typeof postgres>>
let one: ApiNode
let other: ApiNode

beforeAll(async () => {
  database = await postgres()
  one = await apiNode(database.url)
  other = await apiNode(database.url)
})
afterAll(async () => {
  await one.close()
  await other.close()
  await database.stop()
})

async function rows(query: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(database.url)
  await client.connect()
  try {
    return (await client.query(query)).rows
  } finally {
    await client.end()
  }
}

test('a token is shown once, and only its digest is kept', async () => {
  const { secret, token } = await one.tokenOf('team-a', 'operator')
  expect(secret).toMatch(/^atlas_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/)
  expect(secret.startsWith(`${token.prefix}_`)).toBe(true)
  expect(await one.send('GET', '/operations', { as: secret })).toMatchObject({ status: 200 })

  const listed = await one.send('GET', '/tokens', { headers: { 'atlas-workspace': 'team-a' } })
  const kept = await rows('select t::text from atlas.api_token t')
  expect(JSON.stringify([listed.json, kept])).not.toContain(secret.slice(15))
  expect(listed.json.tokens).toMatchObject([{ name: 'team-a-operator', role: 'operator', revoked_at: null }])
})

test('a revoked token is refused by the very next request, and on another node within a moment', async () => {
  const { secret, token } = await one.tokenOf('team-r', 'viewer')
  for (const node of [one, other]) expect((await node.send('GET', '/operations', { as: secret })).status).toBe(200)

  const headers = { 'atlas-workspace': 'team-r' }
  const revoked = await one.send('DELETE', `/tokens/${token.id}`, { headers })
  expect(revoked.json.token.revoked_at).toEqual(expect.any(String))
  const refused = await one.send('GET', '/operations', { as: secret })
  expect([refused.status, refused.json.detail]).toEqual([401, `The token team-r-viewer (${token.prefix}) was revoked.`])

  // Well within the time after which memory would be given up anyway.
  const seen = async () => (await other.send('GET', '/operations', { as: secret })).status
  await vi.waitFor(async () => expect(await seen()).toBe(401), { timeout: 3000, interval: 20 })
  const again = await one.send('DELETE', `/tokens/${token.id}`, { headers })
  expect(again.json).toEqual(revoked.json)
})

test('a token is over when its time is', async () => {
  const soon = new Date(Date.now() + 800)
  const { secret } = await one.tokenOf('team-e', 'viewer', { expires_at: soon.toISOString() })
  expect((await one.send('GET', '/operations', { as: secret })).status).toBe(200)
  await sleep(Math.max(0, soon.getTime() - Date.now()) + 20)
  const refused = await one.send('GET', '/operations', { as: secret })
  expect([refused.status, refused.json.detail]).toEqual([401, expect.stringContaining('expired at')])

  const past = await one.send('POST', '/tokens', {
    body: { name: 'late', role: 'viewer', expires_at: '2020-01-01T00:00:00Z' },
  })
  expect(past).toMatchObject({ status: 400, json: { code: 'usage' } })
})

test('a known caller costs the database nothing but one note of use in a minute', async () => {
  const { secret, token } = await one.tokenOf('team-q', 'viewer')
  const calls = { looks: 0, notes: 0 }
  const { byDigest, used } = one.store.tokens
  one.store.tokens.byDigest = (digest) => {
    calls.looks += 1
    return byDigest(digest)
  }
  one.store.tokens.used = (id) => {
    calls.notes += 1
    return used(id)
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: 300 }, () => one.access.authenticate(secret, undefined)))
  for (let i = 0; i < 300; i++) await one.access.authenticate(secret, undefined)
  // Memory is given up every five seconds; on a very slow computer that may happen meanwhile.
  expect(calls.looks).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 5000))
  expect(calls.notes).toBe(1)
  await expect.poll(async () => (await one.store.tokens.get('team-q', token.id)).lastUsedAt).toEqual(expect.any(String))
})

test('tokens are listed in pages, the latest first', async () => {
  for (const role of ['viewer', 'operator', 'admin'] as const) await one.tokenOf('team-p', role)
  const headers = { 'atlas-workspace': 'team-p' }
  const first = await one.send('GET', '/tokens?limit=2', { headers })
  const second = await one.send('GET', `/tokens?limit=2&cursor=${first.json.next_cursor}`, { headers })
  const names = [...first.json.tokens, ...second.json.tokens].map(({ name }: { name: string }) => name)
  expect(names).toEqual(['team-p-admin', 'team-p-operator', 'team-p-viewer'])
  expect(second.json.next_cursor).toBeUndefined()
  expect((await one.send('GET', '/tokens?cursor=x', { headers })).json.code).toBe('usage')
})
