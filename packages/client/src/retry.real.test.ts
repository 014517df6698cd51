import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { bodyOf, items } from './api.ts'
import { createClient } from './client.ts'

const closing: (() => unknown)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A server that answers one after another as told, then as the last. */
async function clientOf(...answers: RequestListener[]) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  closing.push(() => server.close().closeAllConnections())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return { asked, client: createClient({ url: `http://127.0.0.1:${port}`, token: 'secret' }) }
}

const json =
  (value: object): RequestListener =>
  (_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value))

const problem =
  (status: number, code: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify({ code, detail: 'as told', hint: 'wait' }))

const hangUp: RequestListener = (request) => request.socket.destroy()

test('a read is repeated after a 503 that says when, and not before then', async () => {
  const { client, asked } = await clientOf(
    problem(503, 'database_unavailable', { 'retry-after': '1' }),
    json({ operations: [] }),
  )
  const began = performance.now()
  expect(await client.operations()).toEqual([])
  expect(performance.now() - began).toBeGreaterThanOrEqual(990)
  expect(asked).toHaveLength(2)
})

test('so is one whose connection broke', async () => {
  const { client, asked } = await clientOf(hangUp, json({ operations: [] }))
  expect(await client.operations()).toEqual([])
  expect(asked).toHaveLength(2)
})

test('so is one that was too fast, by 429', async () => {
  const { client, asked } = await clientOf(
    problem(429, 'rate_limited', { 'retry-after': '0' }),
    json({ operations: [] }),
  )
  expect(await client.operations()).toEqual([])
  expect(asked).toHaveLength(2)
})

test('after three times it is the error of the server', async () => {
  const { client, asked } = await clientOf(problem(503, 'database_unavailable', { 'retry-after': '0' }))
  await expect(client.operations()).rejects.toMatchObject({ code: 'database_unavailable', hint: 'wait' })
  expect(asked).toHaveLength(3)
})

test('a server that wants more patience than people have is not waited for', async () => {
  const { client, asked } = await clientOf(problem(503, 'database_unavailable', { 'retry-after': '60' }))
  await expect(client.operations()).rejects.toMatchObject({ retryAfterMs: 60_000 })
  expect(asked).toHaveLength(1)
})

test('a change is not repeated, because nobody knows whether it happened', async () => {
  const { client, asked } = await clientOf(hangUp)
  await expect(client.apply({ name: 'shop' }, {})).rejects.toMatchObject({ code: 'server_unreachable' })
  expect(asked).toHaveLength(1)
})

test('a change with a key is, because the server knows it again', async () => {
  const { client, asked } = await clientOf(hangUp, json({ operation: { id: 'op-1' } }))
  const call = client.api.POST('/api/v1/operations/{id}/cancel', {
    params: { path: { id: 'op-1' } },
    headers: { 'idempotency-key': 'k1' },
  })
  expect(await bodyOf(call)).toEqual({ operation: { id: 'op-1' } })
  expect(asked).toHaveLength(2)
})

test('pages are asked for as their items are, and each once', async () => {
  const { client, asked } = await clientOf(
    json({ operations: [{ id: '1' }, { id: '2' }], next_cursor: 'c2' }),
    json({ operations: [{ id: '3' }] }),
  )
  const page = (cursor?: string) =>
    bodyOf(client.api.GET('/api/v1/operations', { params: { query: cursor === undefined ? {} : { cursor } } }))
  const seen: string[] = []
  for await (const { id } of items(page, ({ operations }) => operations)) {
    seen.push(id)
    expect(asked).toHaveLength(id === '3' ? 2 : 1)
  }
  expect(seen).toEqual(['1', '2', '3'])
  expect(asked[1]).toBe('GET /api/v1/operations?cursor=c2')
})
