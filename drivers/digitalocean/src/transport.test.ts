import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AtlasError, type RateSeen } from '@atlas/core'
import { afterEach, expect, test, vi } from 'vitest'
import { type CallContext, type TransportOptions, transport } from './transport.ts'

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  serve((request, response) => {
    request.resume()
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  })

const ask = (url: string, method = 'POST', options: Partial<TransportOptions> = {}, context: CallContext = {}) =>
  transport({ requestTimeoutMs: 4000, ...options })(context)({
    url: `${url}/v2/things`,
    method,
    headers: {},
    body: undefined,
  })

const failure = async (answer: Promise<unknown>): Promise<AtlasError> => {
  const error = await answer.then(() => undefined).catch((error: unknown) => error)
  return error instanceof AtlasError ? error : expect.fail(`an AtlasError was expected, not ${error}`)
}

const cloudSays = (id: string) => ({ id, message: 'in its own words', request_id: 'r-1' })

test.each([
  [400, 'bad_request', 'cloud_refused', false],
  [401, 'unauthorized', 'cloud_unauthorized', false],
  [403, 'forbidden', 'cloud_forbidden', false],
  [404, 'not_found', 'cloud_missing', false],
  [409, 'conflict', 'cloud_refused', false],
  [422, 'unprocessable_entity', 'cloud_refused', false],
  [429, 'too_many_requests', 'cloud_rate_limited', false],
  [500, 'server_error', 'cloud_unavailable', true],
  [504, 'timeout', 'cloud_unavailable', true],
])('%i %s is %s, with the words and the request id of the cloud', async (status, id, code, uncertain) => {
  const error = await failure(ask(await answering(status, cloudSays(id))))
  expect(error).toMatchObject({ code, uncertain })
  expect(error.message).toContain('POST /v2/things: in its own words (request r-1)')
})

test('a 404 that is not the cloud’s own says nothing of what exists', async () => {
  const error = await failure(ask(await answering(404, '<h1>Not Found</h1>'), 'GET'))
  expect(error).toMatchObject({ code: 'cloud_unavailable', uncertain: false })
})

test('a 5xx on reading leaves nothing unsure', async () => {
  expect(await failure(ask(await answering(502, ''), 'GET'))).toMatchObject({ uncertain: false })
})

test('no answer in time is given up, and may have been carried out', async () => {
  const error = await failure(ask(await serve(() => {}), 'POST', { requestTimeoutMs: 200 }))
  expect(error).toMatchObject({ code: 'cloud_unavailable', uncertain: true })
  expect(error.message).toContain('timeout')
})

test('an answer that breaks off may have been carried out', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"half":')
    setImmediate(() => response.destroy())
  })
  expect(await failure(ask(url))).toMatchObject({ code: 'cloud_unavailable', uncertain: true })
})

test('what could not be sent was certainly not carried out', async () => {
  const url = await answering(200, {})
  server!.close()
  await once(server!, 'close')
  expect(await failure(ask(url))).toMatchObject({ code: 'cloud_unavailable', uncertain: false })
})

test('a gate that throws lets nothing out, and its error through', async () => {
  const received = vi.fn()
  const url = await serve(received)
  const gate = () => {
    throw new RangeError('closed')
  }
  await expect(ask(url, 'POST', {}, { gate })).rejects.toThrow(RangeError)
  expect(received).not.toHaveBeenCalled()
})

test('the order is: wait for the limiter, then the gate, then the request; and the limiter hears of the answer', async () => {
  const order: string[] = []
  const seen: RateSeen[] = []
  const url = await serve((_, response) => {
    order.push('request')
    response.setHeader('ratelimit-limit', '5000').setHeader('ratelimit-remaining', '4999')
    response.setHeader('ratelimit-reset', '1800000000').end('{}')
  })
  const limiter = {
    take: async () => void order.push('limiter'),
    observed: (rate: RateSeen) => void seen.push(rate),
  }
  await ask(url, 'POST', { limiter }, { gate: () => void order.push('gate') })
  expect(order).toEqual(['limiter', 'gate', 'request'])
  expect(seen).toEqual([{ limit: 5000, remaining: 4999, resetAt: 1_800_000_000_000 }])
})

test('reading asks no gate', async () => {
  const gate = vi.fn()
  await ask(await answering(200, {}), 'GET', {}, { gate })
  expect(gate).not.toHaveBeenCalled()
})

test('a rate limit tells how long to wait, and pauses everybody', async () => {
  const seen: RateSeen[] = []
  const limiter = { take: async () => {}, observed: (rate: RateSeen) => void seen.push(rate) }
  const url = await answering(429, cloudSays('too_many_requests'), { 'retry-after': '7' })
  expect(await failure(ask(url, 'GET', { limiter }))).toMatchObject({ retryAfterMs: 7000 })
  expect(seen).toEqual([{ pauseMs: 7000 }])
})

test('a signal ends the request with its own reason', async () => {
  const cancel = new AbortController()
  const url = await serve(() => cancel.abort(new RangeError('cancelled')))
  await expect(ask(url, 'POST', {}, { signal: cancel.signal })).rejects.toThrow(RangeError)
})
