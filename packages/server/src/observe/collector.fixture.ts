import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A span as it came over the wire. */
export interface SeenSpan {
  traceId: string
  id: string
  /** Empty: it has none. */
  parent: string
  name: string
  /** 1 internal, 2 server, 3 client, 5 consumer. */
  kind: number
  attributes: Record<string, unknown>
  events: string[]
  /** 2: an error. */
  status: number
}

/** A collector of OpenTelemetry on this computer: it takes spans by OTLP over HTTP, and keeps them. */
export async function collector() {
  const spans: SeenSpan[] = []
  const requests: { path: string | undefined; headers: IncomingHttpHeaders; body: Buffer }[] = []
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    requests.push({ path: request.url, headers: request.headers, body })
    spans.push(...spansIn(body))
    response.setHeader('content-type', 'application/x-protobuf').end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, requests, close: () => server.close() }
}

/** Fields by number as https://github.com/open-telemetry/opentelemetry-proto v1 has them in trace.proto and common.proto. */
function spansIn(request: Buffer): SeenSpan[] {
  const resources = read(request).all(1)
  const scopes = resources.flatMap((one) => read(one).all(2))
  return scopes.flatMap((one) => read(one).all(2)).map(spanOf)
}

function spanOf(bytes: Buffer): SeenSpan {
  const span = read(bytes)
  return {
    traceId: span.hex(1),
    id: span.hex(2),
    parent: span.hex(4),
    name: span.text(5),
    kind: span.number(6),
    attributes: Object.fromEntries(span.all(9).map(attributeOf)),
    events: span.all(11).map((event) => read(event).text(2)),
    status: read(span.all(15)[0] ?? Buffer.alloc(0)).number(3),
  }
}

function attributeOf(bytes: Buffer): [string, unknown] {
  const pair = read(bytes)
  const value = read(pair.all(2)[0]!)
  const text = value.all(1)[0]
  return [pair.text(1), text === undefined ? value.number(3) : text.toString()]
}

/** One message of protocol buffers: https://protobuf.dev/programming-guides/encoding/ */
function read(bytes: Buffer) {
  const fields: { number: number; value: Buffer | number }[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(value)
    }
  }
  const slice = (length: number) => {
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = varint()
    const type = tag & 7
    const value = type === 0 ? varint() : slice(type === 2 ? varint() : type === 1 ? 8 : 4)
    fields.push({ number: tag >> 3, value })
  }
  const all = (number: number) =>
    fields.flatMap((field) => (field.number === number && typeof field.value !== 'number' ? [field.value] : []))
  return {
    all,
    text: (number: number) => String(all(number)[0] ?? ''),
    hex: (number: number) => all(number)[0]?.toString('hex') ?? '',
    number: (number: number) => Number(fields.find((field) => field.number === number)?.value ?? 0),
  }
}
