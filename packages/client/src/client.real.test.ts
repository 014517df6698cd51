import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Control, createApi, rootToken } from '@atlas/api'
import { AtlasError, type AtlasEvent, type Plan, toCloudEvent } from '@atlas/core'
import { afterEach, expect, test } from 'vitest'
import { createClient } from './client.ts'

const closing: (() => unknown)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

/** A client of a real API over loopback; only what is behind the API is the test's. */
async function clientOf(control: Partial<Control>, token = 'secret') {
  const api = createApi({ control: control as Control, authenticate: rootToken('secret') })
  closing.push(() => api.close())
  return createClient({ url: await api.listen({ port: 0, host: '127.0.0.1' }), token })
}

async function clientOfServer(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  closing.push(() => server.close().closeAllConnections())
  await new Promise((resolve) => server.once('listening', resolve))
  return createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret' })
}

/** An address where nobody listens any more. */
async function deadUrl() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

const event = (id: number): AtlasEvent => ({
  id,
  type: 'step.done',
  time: '2026-11-20T10:00:02.000Z',
  workspace: 'default',
  infrastructure: 'shop',
  operation: null,
  step: null,
  data: {},
})

/** One event, then silence until the reader leaves. */
async function* endless(signal: AbortSignal, left: () => void) {
  yield [event(1)]
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  left()
}

test('a description and its approval arrive as they were given', async () => {
  const asked: unknown[] = []
  const client = await clientOf({
    plan: async () => ({ hash: 'h1' }) as Plan,
    audit: { write: async () => 1 } as unknown as Control['audit'],
    budgets: { gate: async () => ({ verdict: 'ok', budgets: [] }) } as unknown as Control['budgets'],
    submit: async ({ by: _, ...request }) => {
      asked.push(request)
      throw new AtlasError('plan_stale', 'another plan', { hint: 'plan again' })
    },
  })
  expect(await client.planApply({ name: 'shop' })).toMatchObject({ hash: 'h1' })
  const refused = client.apply({ name: 'shop' }, { planHash: 'h1', consent: ['data'] })
  await expect(refused).rejects.toMatchObject({ code: 'plan_stale', message: 'another plan', hint: 'plan again' })
  const destroyed = client.destroy('a shop', { planHash: 'h2', consent: ['x', 'y'] })
  await expect(destroyed).rejects.toBeInstanceOf(AtlasError)
  const [workspace, origin] = ['default', { requestId: expect.any(String) }]
  expect(asked).toEqual([
    { workspace, kind: 'apply', description: { name: 'shop' }, planHash: 'h1', consent: ['data'], origin },
    { workspace, kind: 'destroy', infrastructure: 'a shop', planHash: 'h2', consent: ['x', 'y'], origin },
  ])
})

test('a degraded server still tells its health', async () => {
  const health = {
    status: 'degraded',
    version: '1',
    uptimeSeconds: 2,
    database: 'unreachable',
    workers: 0,
    queued: 0,
    running: 0,
  }
  const client = await clientOf({ health: async () => health as Awaited<ReturnType<Control['health']>> })
  expect(await client.health()).toMatchObject({ status: 'degraded', uptime_seconds: 2 })
})

test('a wrong token is unauthorized', async () => {
  await expect((await clientOf({}, 'wrong')).providers()).rejects.toMatchObject({ code: 'unauthorized' })
})

test('a server that is not there is unreachable, and the error says what to type', async () => {
  const url = await deadUrl()
  await expect(createClient({ url, token: 'secret' }).providers()).rejects.toMatchObject({
    code: 'server_unreachable',
    message: `No Atlas server answers at ${url} (ECONNREFUSED)`,
    hint: expect.stringContaining('atlas dev'),
  })
})

test('a server that is not Atlas is not mistaken for it', async () => {
  const client = await clientOfServer((_request, answer) => answer.writeHead(502).end('<h1>Bad Gateway</h1>'))
  await expect(client.providers()).rejects.toMatchObject({
    code: 'server_unreachable',
    message: expect.stringContaining('502'),
  })
})

test('a broken event stream is taken up after the last event seen', async () => {
  const resumed = new Set<unknown>()
  const client = await clientOfServer((request, answer) => {
    const last = request.headers['last-event-id']
    resumed.add(last)
    const id = Number(last ?? 0) + 1
    answer.writeHead(200, { 'content-type': 'text/event-stream' })
    answer.write(`: hello\n\nid: ${id}\nevent: step.done\ndata: ${JSON.stringify(toCloudEvent(event(id)))}\n\n`, () =>
      answer.destroy(),
    )
  })
  const seen: string[] = []
  for await (const { id } of client.events({ operation: 'op-1' })) {
    seen.push(id)
    if (id === '3') break
  }
  expect([seen, [...resumed]]).toEqual([
    ['1', '2', '3'],
    [undefined, '1', '2'],
  ])
})

test('events end with their signal', async () => {
  const reader = new AbortController()
  const ended = Promise.withResolvers<void>()
  const client = await clientOf({
    events: {
      follow: async (_workspace, _filter, signal) => endless(signal, ended.resolve),
      page: async () => [],
    },
  })
  for await (const _event of client.events({ signal: reader.signal })) reader.abort()
  await ended.promise
})

test('a server that stays away is given up', async () => {
  const client = createClient({ url: await deadUrl(), token: 'secret' })
  await expect(client.events({ patienceMs: 0 }).next()).rejects.toMatchObject({ code: 'server_unreachable' })
})

test('a stream that is left ends, however long it was followed', async () => {
  const client = await clientOfServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`id: 1\ndata: ${JSON.stringify(toCloudEvent(event(1)))}\n\n`)
  })
  const leave = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const { id } of client.events({ signal: leave.signal })) seen.push(id)
  })()
  await expect.poll(() => seen).toEqual(['1'])
  // What nobody holds any more is collected: the request was answered long ago.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let turn = 0; turn < 5; turn++) {
    collect()
    await new Promise(setImmediate)
  }
  leave.abort()
  await following
})
