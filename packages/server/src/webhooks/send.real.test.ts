import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { toCloudEvent } from '@atlas/core'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, expect, test } from 'vitest'
import { endpoint } from './endpoint.fixture.ts'
import { webhookSender } from './send.ts'
import { newSecret } from './signature.ts'

const sender = webhookSender({ loopback: true }, 'atlas/0')
const strict = webhookSender({ loopback: false }, 'atlas/0')
const secret = newSecret()
const event = toCloudEvent({
  id: 7,
  type: 'infrastructure.created',
  time: '2026-11-20T10:00:00.000Z',
  workspace: 'default',
  infrastructure: 'Bäckerei',
  operation: null,
  step: null,
  data: { provider: 'memory' },
})
const never = new AbortController().signal
const closing: (() => Promise<unknown>)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))
afterAll(() => Promise.all([sender.close(), strict.close()]))

type Answer = Parameters<typeof endpoint>[0]

async function sendTo(answer?: Answer) {
  const there = await endpoint(answer)
  closing.push(there.close)
  return { there, sent: await sender.send({ url: there.url, secrets: [secret] }, 'msg_1', event, never) }
}

test('an event arrives as a CloudEvent whose signature the library of the standard accepts', async () => {
  const { there, sent } = await sendTo()
  expect(sent).toEqual({ accepted: true, status: 204 })
  const [{ headers, body }] = there.received as [(typeof there.received)[0]]
  expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(event)
})

test('a refusal is told with its status, and with the wait it asks for', async () => {
  const { sent } = await sendTo((response) => void response.writeHead(503, { 'retry-after': '120' }).end('later'))
  expect(sent).toEqual({ accepted: false, status: 503, error: 'HTTP 503', askedMs: 120_000 })
})

test('a redirect is not followed', async () => {
  const elsewhere = await endpoint()
  closing.push(elsewhere.close)
  const { sent } = await sendTo((response) => void response.writeHead(307, { location: elsewhere.url }).end())
  expect(sent).toMatchObject({ accepted: false, error: 'HTTP 307: redirects are not followed' })
  expect(elsewhere.received).toEqual([])
})

test('an endless answer is not read to its end', async () => {
  let written = 0
  const { sent } = await sendTo((response) => {
    response.writeHead(200)
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024))) written += 1
    }
    response.on('drain', more).on('error', () => {})
    more()
  })
  expect(sent).toEqual({ accepted: true, status: 200 })
  expect(written).toBeLessThan(500)
})

test('one that hangs, and one that drips, are given up after ten seconds', async () => {
  const drips = (response: Parameters<NonNullable<Answer>>[0]) => {
    response.socket!.write('HTTP/1.1 200 OK\r\n')
    const drip = setInterval(() => response.socket?.write('x-more: 1\r\n'), 500)
    response.socket!.on('close', () => clearInterval(drip)).on('error', () => {})
  }
  const began = performance.now()
  const [hanging, dripping] = await Promise.all([sendTo(() => {}), sendTo(drips)])
  expect(hanging.sent).toEqual({ accepted: false, error: 'no answer within 10 s' })
  expect(dripping.sent).toEqual({ accepted: false, error: 'no answer within 10 s' })
  expect(performance.now() - began).toBeLessThan(15_000)
})

test('nobody there, and somebody who does not speak HTTP, are failures with their reason', async () => {
  const sockets: Socket[] = []
  const rude = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {}).write('hello\r\n')
  }).listen(0, '127.0.0.1')
  await once(rude, 'listening')
  const { port } = rude.address() as { port: number }
  const url = `http://127.0.0.1:${port}/`
  expect((await sender.send({ url, secrets: [secret] }, 'msg_1', event, never)).error).toContain(
    'does not match the HTTP/1.1 protocol',
  )
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => rude.close(resolve))
  expect((await sender.send({ url, secrets: [secret] }, 'msg_1', event, never)).error).toContain('ECONNREFUSED')
})

test('what leads to this computer is not even connected to, by address, by name and by a number', async () => {
  const connections: unknown[] = []
  const server = createServer((socket) => void connections.push(socket.destroy())).listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const hosts = ['127.0.0.1', 'localhost', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '0']
  const sent = await Promise.all(
    hosts.map((host) => strict.send({ url: `https://${host}:${port}/`, secrets: [secret] }, 'msg_1', event, never)),
  )
  await new Promise((resolve) => server.close(resolve))
  for (const { error } of sent) expect(error).toContain('is this computer')
  expect(connections).toEqual([])
})
