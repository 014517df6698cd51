import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { Client } from '@atlas/client'
import { readSandboxFile, sandboxAdmin } from '@atlas/sandbox'
import { afterEach, expect, test, vi } from 'vitest'
import {
  clientOf,
  dataFolder,
  finished,
  recordsOnly,
  type ServerProcess,
  serverOf,
  startServer,
  stopServer,
  twoMachines,
} from '../server.fixture.ts'
import { collector, type SeenSpan } from './collector.fixture.ts'

// Up to two servers one after the other.
vi.setConfig({ testTimeout: 120_000 })

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function emptyFolder(): string {
  const folder = dataFolder()
  ends.push(folder.remove)
  return folder.path
}

async function started(
  env: Record<string, string>,
  folder = emptyFolder(),
): Promise<{ folder: string; server: ServerProcess }> {
  const server = await startServer(folder, { env })
  ends.push(() => stopServer(server))
  return { folder, server }
}

/** Asks for two machines. @returns the operation's id */
async function asked(folder: string, provider: string, more: Record<string, string> = {}): Promise<string> {
  const { url, token } = serverOf(folder)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more }
  const body = JSON.stringify(twoMachines({ provider }))
  const answer = await fetch(`${url}/api/v1/infrastructure`, { method: 'POST', headers, body })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { operation: { id: string } }).operation.id
}

const brought = async (folder: string, more?: Record<string, string>) =>
  finished(clientOf(folder), await asked(folder, 'memory', more))

const named = (spans: readonly SeenSpan[], name: string): SeenSpan => {
  const found = spans.filter((span) => span.name === name)
  expect(found, name).toHaveLength(1)
  return found[0]!
}

test('from the request to the last call of the cloud it is one trace, which the caller began', async () => {
  const otel = await collector()
  ends.push(otel.close)
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: otel.url, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=open%20sesame' }
  const { folder, server } = await started(env)
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const callers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-request-id': 'order-4711' }
  const operation = await brought(folder, callers)
  expect(operation).toMatchObject({ status: 'succeeded', request_id: 'order-4711', trace_id: traceId })
  await expect(clientOf(folder).operation('none')).rejects.toMatchObject({ code: 'not_found' })
  const { token } = serverOf(folder)
  // Its end brings out what still waits for company.
  await stopServer(server)

  const spans = otel.spans.filter((span) => span.traceId === traceId)
  const request = named(spans, 'POST /api/v1/infrastructure')
  expect(request).toMatchObject({ parent: 'b7ad6b7169203331', kind: 2 })
  expect(request.attributes).toMatchObject({
    'http.route': '/api/v1/infrastructure',
    'http.response.status_code': 202,
    'atlas.request': 'order-4711',
  })
  const deployment = named(spans, 'operation apply')
  expect(deployment).toMatchObject({ parent: request.id, kind: 5, status: 0 })
  expect(deployment.attributes).toMatchObject({ 'atlas.operation': operation.id, 'atlas.status': 'succeeded' })

  const steps = spans.filter(({ name }) => name.startsWith('step '))
  expect(steps.map(({ name }) => name).sort()).toEqual([
    'step create machine',
    'step create machine',
    'step create vpc',
  ])
  for (const step of steps) expect(step.parent).toBe(deployment.id)
  const creates = spans.filter(({ name }) => name.startsWith('memory create '))
  expect(creates.map(({ parent }) => parent).sort()).toEqual(steps.map(({ id }) => id).sort())
  // What planning asked of the cloud, before there was an operation.
  expect(spans.filter(({ parent, kind }) => parent === request.id && kind === 3)).not.toHaveLength(0)
  const known = new Set(['b7ad6b7169203331', ...spans.map(({ id }) => id)])
  for (const { parent } of spans) expect(known).toContain(parent)

  const [refused] = otel.spans.filter(({ attributes }) => attributes['http.response.status_code'] === 404)
  expect(refused).toMatchObject({ name: 'GET /api/v1/operations/:id', parent: '', status: 0 })
  expect(refused?.attributes).toMatchObject({ 'error.type': 'not_found' })

  expect(otel.requests[0]).toMatchObject({ path: '/v1/traces', headers: { 'api-key': 'open sesame' } })
  expect(otel.requests.map(({ body }) => body.toString('latin1')).join('')).not.toContain(token)
})

/** So many steps have begun. */
async function begun(count: number, client: Client, operation: string): Promise<void> {
  const leave = new AbortController()
  let left = count
  for await (const { type } of client.events({ operation, signal: leave.signal }))
    if (type === 'step.started' && --left === 0) leave.abort()
}

test('an operation that another worker takes goes on in the same trace; a call that is made again is an event of its step', async () => {
  const otel = await collector()
  ends.push(otel.close)
  const env = { ...recordsOnly, OTEL_EXPORTER_OTLP_ENDPOINT: otel.url }
  const first = await started(env)
  const { folder } = first
  const cloud = sandboxAdmin(await readSandboxFile(join(folder, 'sandbox')))
  await cloud.addFault({ kind: 'rate_limit', method: 'POST', path: '/v2/vpcs', retry_after_s: 0, count: 1 })
  await cloud.addFault({ kind: 'latency', method: 'POST', path: '/v2/droplets', ms: 3_000 })
  const id = await asked(folder, 'digitalocean')
  await begun(3, clientOf(folder), id)
  first.server.child.kill('SIGTERM')
  expect(await first.server.ended).toBe(0)

  const second = await started(env, folder)
  expect(await finished(clientOf(folder), id)).toMatchObject({ status: 'succeeded' })
  await stopServer(second.server)

  const request = named(otel.spans, 'POST /api/v1/infrastructure')
  const turns = otel.spans.filter(({ name }) => name === 'operation apply')
  expect(turns.map(({ parent, traceId }) => [parent, traceId])).toEqual(turns.map(() => [request.id, request.traceId]))
  expect(turns.map(({ attributes }) => attributes['atlas.epoch'])).toEqual([1, 2])
  expect(turns.map(({ events }) => events)).toEqual([['handed back'], []])
  expect(named(otel.spans, 'step create vpc').events).toEqual(['retrying'])
})

/** Takes connections and never says anything: worse than one that is not there. */
async function silent(): Promise<Server> {
  const server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

test.each(['never answers', 'is not there'])('a collector that %s holds nothing up', async (which) => {
  const mute = await silent()
  ends.push(() => mute.close())
  const port = which === 'is not there' ? 1 : (mute.address() as AddressInfo).port
  const { folder, server } = await started({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
  expect(await brought(folder)).toMatchObject({ status: 'succeeded' })
  expect(await stopServer(server)).toBe(0)
  const log = readFileSync(join(folder, 'server.log'), 'utf8').trimEnd().split('\n')
  expect(JSON.parse(log.at(-1)!).msg).toBe('ended')
})

test('a server that is to send traces nowhere loads no SDK', async () => {
  const refuse = `
    import { registerHooks } from 'node:module'
    registerHooks({ resolve(name, context, next) {
      if (/^@opentelemetry[/](?!api)/.test(name)) throw new Error('loaded ' + name)
      return next(name, context)
    } })`
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(refuse)}` }
  const { folder } = await started(env)
  expect(await brought(folder)).toMatchObject({ status: 'succeeded', trace_id: null })
})
