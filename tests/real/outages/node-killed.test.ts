import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyOf, type Client, createClient } from '@atlas/client'
import { isAtlasError } from '@atlas/core'
import { type Sandbox, sandboxAdmin, startSandbox } from '@atlas/sandbox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../engine/database.ts'
import { type Node, startNode } from './node.ts'
import { removeFolder, workFolder } from './server.ts'

const infrastructures = 40
const clients = 8
const rate = 600

const ending: (() => unknown)[] = []
let database: TestDatabase
let sandbox: Sandbox
let doomed: Node
let other: Node

// Each try has nodes of its own: the one before has lost one of them.
beforeEach(async () => {
  const folder = workFolder()
  ending.push(() => removeFolder(folder))
  database = await testDatabase()
  ending.push(database.drop)
  const unlimited = { perHour: Number.POSITIVE_INFINITY, perMinute: Number.POSITIVE_INFINITY }
  sandbox = await startSandbox({ dataDir: join(folder, 'cloud'), backend: 'none', settleMs: 5, rateLimit: unlimited })
  ending.push(sandbox.close)
  const env = {
    ATLAS_TOKEN: 'the-same-token-on-both-nodes',
    ATLAS_RATE_LIMIT: `${rate}/h`,
    ATLAS_PATROL_MINUTES: '0',
    DATABASE_URL: database.url,
    DO_TOKEN: sandbox.token,
    DIGITALOCEAN_API_URL: sandbox.url,
  }
  doomed = await startNode(join(folder, 'doomed'), env)
  other = await startNode(join(folder, 'other'), env)
  ending.push(doomed.stop, other.stop)
})
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** The client of a token that is held to the rate, at each of the two. */
async function tokenOf(role: 'viewer' | 'operator'): Promise<[atDoomed: Client, atOther: Client]> {
  const body = { name: role, role }
  const { secret: token } = await bodyOf(other.client.api.POST('/api/v1/tokens', { body }))
  return [doomed, other].map(({ client }) => createClient({ url: client.connection.url, token })) as [Client, Client]
}

const names = Array.from({ length: infrastructures }, (_, i) => `shop${String(i).padStart(2, '0')}`)
const disk = (name: string) => ({ type: 'volume' as const, name, specifications: { size_gb: 10 } })
const described = (name: string) => ({
  name,
  provider: 'digitalocean' as const,
  region: 'nyc3',
  resources: [disk('data'), disk('logs')],
})

/** Asks one node once. Gives the id of the operation. */
async function ask({ api }: Client, name: string, key: string): Promise<string> {
  const params = { header: { 'Idempotency-Key': key } }
  const answer = await bodyOf(api.POST('/api/v1/infrastructure', { params, body: described(name) }))
  return (answer as { operation: { id: string } }).operation.id
}

/** Wants it once, by one key: where a node does not answer, the other is asked. */
async function create(name: string, key: string, nodes: readonly Client[], first: number): Promise<string> {
  for (let asked = 0; ; asked++) {
    try {
      return await ask(nodes[(first + asked) % nodes.length]!, name, key)
    } catch (error) {
      if (!isAtlasError(error, 'server_unreachable') && !isAtlasError(error, 'request_running')) throw error
      await sleep(error.retryAfterMs ?? 100)
    }
  }
}

/** Ids of events, by one reader that a load balancer leads to a node that lives. */
function follow(nodes: { now: Client }) {
  const leave = new AbortController()
  const seen: string[] = []
  const connection = {
    token: other.client.connection.token,
    get url() {
      return nodes.now.connection.url
    },
  }
  const left = (async () => {
    for await (const { id } of createClient(connection).events({ signal: leave.signal })) seen.push(id)
  })()
  const end = () => {
    leave.abort()
    return left
  }
  return { seen, end }
}

async function allEvents(): Promise<string[]> {
  const all: string[] = []
  for (let cursor: string | undefined; ; ) {
    const query = { follow: false, limit: 200, ...(cursor && { cursor: Number(cursor) }) }
    const page = await bodyOf(other.client.api.GET('/api/v1/events', { params: { query } }))
    if (typeof page !== 'object') throw new Error('expected a page of events, found a stream')
    all.push(...page.events.map(({ id }) => id))
    cursor = page.next_cursor
    if (!cursor) return all
  }
}

/** How many requests of `count` were admitted. */
async function admittedOf({ connection }: Client, count: number): Promise<number> {
  const headers = { authorization: `Bearer ${connection.token}` }
  let admitted = 0
  for (let asked = 0; asked < count; asked++) {
    const { status } = await fetch(`${connection.url}/api/v1/operations?limit=1`, { headers })
    if (status === 200) admitted++
    else expect(status).toBe(429)
  }
  return admitted
}

test('of two nodes one is killed under load: every request is carried out once, and nobody misses an event', {
  timeout: 300_000,
}, async () => {
  await sandboxAdmin({ admin: `${sandbox.url}/_sandbox`, token: sandbox.token }).addFault({
    kind: 'latency',
    method: 'POST',
    path: '/v2/volumes',
    ms: 700,
  })
  const operators = await tokenOf('operator')
  const viewers = await tokenOf('viewer')
  const led = { now: doomed.client }
  const readers = [follow(led), follow(led), follow({ now: other.client })]
  let admitted = (await admittedOf(viewers[0], rate / 4)) + (await admittedOf(viewers[1], rate / 4))

  const wanted = [...names.entries()]
  const unheard = wanted.splice(0, clients).map(([, name]) => ({ name, key: randomUUID() }))
  const made = new Map<string, string>()
  const working = Array.from({ length: clients }, async () => {
    for (let next = wanted.shift(); next; next = wanted.shift()) {
      const [turn, name] = next
      made.set(name, await create(name, randomUUID(), operators, turn))
    }
  })
  await expect.poll(() => made.size, { interval: 5 }).toBeGreaterThan(8)
  // Whoever sent these never hears what came of them: they took effect, and the node dies.
  for (const { name, key } of unheard) ask(operators[0], name, key).catch(() => {})
  const begun = async () => new Set((await other.client.operations({ limit: 200 })).map((one) => one.infrastructure))
  await expect.poll(begun, { interval: 5 }).toSatisfy((all) => unheard.every(({ name }) => all.has(name)))
  await doomed.kill()
  led.now = other.client
  for (const { name, key } of unheard) made.set(name, await create(name, key, operators, 0))
  await Promise.all(working)

  admitted += await admittedOf(viewers[1], rate)
  // What the dead node had not told yet is lost, and where an hour ends meanwhile, a little of it is given back.
  expect(admitted).toBeGreaterThanOrEqual(rate)
  expect(admitted).toBeLessThan(rate * 1.05)

  const operations = () => other.client.operations({ limit: 200 })
  const running = async () => (await operations()).filter(({ status }) => status !== 'succeeded')
  await expect.poll(running, { timeout: 240_000, interval: 500 }).toEqual([])
  const byName = (one: { infrastructure: string }, two: { infrastructure: string }) =>
    one.infrastructure.localeCompare(two.infrastructure)
  expect((await operations()).toSorted(byName).map(({ infrastructure, id }) => [infrastructure, id])).toEqual(
    names.map((name) => [name, made.get(name)]),
  )

  const all = await allEvents()
  for (const { seen, end } of readers) {
    await expect.poll(() => seen.at(-1)).toBe(all.at(-1))
    await end()
    expect(seen).toEqual(all)
  }
  expect(await bodyOf(other.client.api.GET('/api/v1/audit/verify'))).toMatchObject({ ok: true })
})
