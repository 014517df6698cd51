import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, type Shape, shapeOf } from './shape.ts'

/** One kind of exchange: the same method, path and status. */
export interface Exchange {
  request: Shape | undefined
  answer: Shape | undefined
  /** Names of the answer's headers that clients of this API rely on. */
  headers: string[]
}

export interface Recorder {
  /** Where a client talks to instead of the cloud. */
  url: string
  /** By `GET /v2/droplets/{id} 200`. */
  exchanges: Map<string, Exchange>
  close(): Promise<void>
}

const telling = [
  'content-type',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'x-request-id',
]

/** Stands between a client and a cloud on this computer's loopback, and keeps the shape of everything that passes. */
export async function record(cloud: string): Promise<Recorder> {
  const exchanges = new Map<string, Exchange>()
  const server = createServer(async (request, response) => {
    try {
      const body = await read(request)
      const answer = await fetch(new URL(request.url!, cloud), {
        method: request.method!,
        headers: forwarded(request),
        ...(body.length > 0 && { body }),
      })
      const text = await answer.text()
      note(exchanges, `${request.method} ${template(request.url!)} ${answer.status}`, {
        request: parsed(body.toString()),
        answer: parsed(text),
        headers: telling.filter((name) => answer.headers.has(name)),
      })
      const headers = telling.flatMap((name) => (answer.headers.has(name) ? [name, answer.headers.get(name)!] : []))
      response.writeHead(answer.status, headers).end(text)
    } catch (error) {
      // The client meets a broken connection, as it would without us between.
      process.stderr.write(`${request.method} ${request.url}: ${error}\n`)
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Ids and queries become placeholders, so that the same call to two clouds has the same name. */
export function template(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://x')
  const path = pathname.replace(/\/(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|([0-9a-f]{2}:){15}[0-9a-f]{2})(?=\/|$)/g, '/{id}')
  const query = [...searchParams.keys()].filter((name) => name !== 'page' && name !== 'per_page').sort()
  return query.length > 0 ? `${path}?${query.join('&')}` : path
}

async function read(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(request))
}

function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const names = ['authorization', 'content-type', 'accept', 'user-agent']
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])))
}

function parsed(text: string): Shape | undefined {
  if (text === '') return undefined
  try {
    return shapeOf(JSON.parse(text))
  } catch {
    return { kind: 'leaf', types: ['text that is no JSON'] }
  }
}

function note(exchanges: Map<string, Exchange>, name: string, seen: Exchange): void {
  const before = exchanges.get(name)
  const joined = (one: Shape | undefined, other: Shape | undefined) => (other ? join(one, other) : one)
  exchanges.set(name, {
    request: joined(before?.request, seen.request),
    answer: joined(before?.answer, seen.answer),
    headers: [...new Set([...(before?.headers ?? []), ...seen.headers])].sort(),
  })
}
