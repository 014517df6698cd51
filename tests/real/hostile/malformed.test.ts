import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OutageServer, removeFolder, startServer, workFolder } from '../outages/server.ts'
import { expectProblem, head, tell } from './raw.ts'

const folder = workFolder()
let server: OutageServer
let authorization: string

beforeAll(async () => {
  server = await startServer(`${folder}/data`, { ATLAS_SANDBOX_BACKEND: 'none', ATLAS_PATROL_MINUTES: '0' })
  authorization = `Bearer ${server.client.connection.token}`
  await server.client.apply(shop, {})
})
afterAll(async () => {
  await server.stop()
  removeFolder(folder)
})

const shop = {
  name: 'shop',
  provider: 'digitalocean',
  region: 'nyc3',
  resources: [{ type: 'volume', name: 'data', specifications: { size_gb: 10 } }],
}

const tlsHello = Buffer.from('16030102000100 01fc0303'.replace(' ', ''), 'hex')
const get = 'GET /api/v1/health HTTP/1.1'

/** What is no request ends its connection soon. Milliseconds; a second and what a busy machine needs. */
const soonMs = 10_000

test.each<[what: string, bytes: string | Buffer, status: number]>([
  ['words', 'what is this?\r\n\r\n', 400],
  ['TLS', tlsHello, 400],
  ['another version of HTTP', 'GET / HTTP/3.7\r\n\r\n', 400],
  ['a name of a header with a space in it', `${head(get)}na me: x\r\n\r\n`, 400],
  ['a header without a name', `${head(get)}: x\r\n\r\n`, 400],
  ['a value with a null in it', `${head(get)}x: a\0b\r\n\r\n`, 400],
  ['a length that is none', `${head(get)}content-length: -1\r\n\r\n`, 400],
  ['two lengths', `${head(get)}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, 400],
  ['a length and chunks', `${head(get)}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['a chunk without a length', `${head(get)}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400],
  ['headers of 20 KB', `${head(get)}x: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ['an address of 1 MB', `GET /${'y'.repeat(1 << 20)} HTTP/1.1\r\n\r\n`, 431],
  ['a tunnel', head('CONNECT example.com:443 HTTP/1.1', { connection: 'close' }), 405],
  ['an expectation that nobody knows', `${head(get, { expect: '200-maybe' })}\r\n`, 417],
])('%s: a problem, and the connection ends', async (_what, bytes, status) => {
  const tail = status === 405 ? '\r\n' : ''
  const heard = await tell(server.client.connection.url, [bytes, tail], { lingerMs: soonMs })
  expectProblem(heard, status)
  expect(heard).toMatchObject({ ended: 'server', headers: { connection: 'close' } })
  expect(heard.ms).toBeLessThan(soonMs)
})

test('a request without a Host, or with a path that cannot be read, is a problem too', async () => {
  const { url } = server.client.connection
  expectProblem(await tell(url, [`${get}\r\n\r\n`]), 400)
  for (const [path, status] of [
    ['/api/v1/%zz', 400],
    [`/api/v1/infrastructure/${'y'.repeat(5000)}`, 414],
    ['*', 404],
  ] as const)
    expectProblem(await tell(url, [`${head(`GET ${path} HTTP/1.1`, { authorization })}\r\n`]), status)
})

const sql = "'%20OR%201=1;%20DROP%20TABLE%20atlas.event;--"
const query = (words: string) => `GET /api/v1/infrastructure?${words} HTTP/1.1`
const body = (text: string) =>
  `${head('POST /api/v1/infrastructure HTTP/1.1', { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })}authorization: `

test.each<[what: string, line: string, fields: Record<string, string>, status: number]>([
  ['SQL as an id', `GET /api/v1/infrastructure/${sql} HTTP/1.1`, {}, 404],
  ['SQL as an id to destroy', `DELETE /api/v1/infrastructure/${sql} HTTP/1.1`, {}, 404],
  ['SQL as a cursor', query(`cursor=${sql}`), {}, 400],
  ['SQL as a status', query(`status=${sql}`), {}, 400],
  ['SQL as a limit', query(`limit=1;${sql}`), {}, 400],
  ['SQL as a type of event', `GET /api/v1/events?follow=false&type=${sql} HTTP/1.1`, {}, 400],
  ['SQL as the last event', 'GET /api/v1/events HTTP/1.1', { 'last-event-id': '1; DROP TABLE atlas.event' }, 400],
  ['SQL as a workspace', query(''), { 'atlas-workspace': "' OR 1=1" }, 404],
  ['SQL as a token', query(''), { authorization: "Bearer ' OR 1=1" }, 401],
  ['folders above', 'GET /api/v1/infrastructure/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1', {}, 404],
  ['folders above, in clear', 'GET /docs/static/../../../../etc/passwd HTTP/1.1', {}, 403],
  ['folders above, of the pages', 'GET /docs/static/..%2f..%2f..%2fpackage.json HTTP/1.1', {}, 404],
  ['a null in an id', 'GET /api/v1/infrastructure/shop%00 HTTP/1.1', {}, 400],
  ['a prototype as an id', 'GET /api/v1/infrastructure/__proto__ HTTP/1.1', {}, 404],
  ['a prototype as a provider', 'GET /api/v1/providers/constructor/resources HTTP/1.1', {}, 422],
  ['a prototype as a status', query('status=__proto__'), {}, 400],
  ['a line break in a header', query(''), { 'x-request-id': 'one\r\n two' }, 400],
  ['bytes above ASCII as a workspace', query(''), { 'atlas-workspace': '\u00ff\u00fe' }, 404],
])('%s is refused', async (_what, line, fields, status) => {
  const { url } = server.client.connection
  const heard = await tell(url, [Buffer.from(`${head(line, { authorization, ...fields })}\r\n`, 'latin1')])
  expectProblem(heard, status)
})

test.each<[what: string, text: string, status: number]>([
  ['with a prototype', '{"name":"x","__proto__":{"admin":true}}', 400],
  ['with the prototype of a constructor', '{"constructor":{"prototype":{"admin":true}}}', 400],
  ['with a prototype deep inside', '{"name":"x","resources":[{"specifications":{"__proto__":{}}}]}', 400],
  ['with SQL for a name', `{"name":"x'; DROP TABLE atlas.event;--","provider":"digitalocean"}`, 422],
  ['with half a character', '{"name":"\\ud800","provider":"digitalocean"}', 422],
  ['with a null in a name', '{"name":"a\\u0000b","provider":"digitalocean"}', 400],
  ['with a number beyond all', '{"name":"x","provider":"digitalocean","region":1e999}', 422],
  ['that is no object', '[]', 400],
  ['that is cut off', '{"name":', 400],
])('a body %s is refused', async (_what, text, status) => {
  const parts = [`${body(text)}${authorization}\r\n\r\n`, text]
  expectProblem(await tell(server.client.connection.url, parts), status)
})

test('after all of it everything is as it was', async () => {
  expect((await server.client.infrastructures()).map(({ name }) => name)).toEqual(['shop'])
  expect(await server.client.health()).toMatchObject({ status: 'ok' })
})
