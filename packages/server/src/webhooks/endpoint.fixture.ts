import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CloudEvent } from '@atlas/core'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
  event: CloudEvent
}

/** A real HTTP server that is told of events. `answer` does what such servers do, bad ones too. */
export async function endpoint(answer: (response: ServerResponse, received: Received) => void = ok) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const one = { headers: request.headers, body, event: JSON.parse(body) as CloudEvent }
      received.push(one)
      answer(response, one)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const ok = (response: ServerResponse) => void response.writeHead(204).end()
