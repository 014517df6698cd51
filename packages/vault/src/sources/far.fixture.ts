import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: unknown
}

/** An HTTP server on loopback that answers as it is told to; `undefined`: it leaves the connection open and says nothing. */
export async function far(answer: (asked: Asked) => { status: number; body?: unknown } | undefined) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { method = '', url: path = '', headers } = request
    const one = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) }
    asked.push(one)
    const said = answer(one)
    if (!said) return
    const moved = said.status === 302 ? { location: 'http://127.0.0.1:1/' } : {}
    response.writeHead(said.status, { 'content-type': 'application/json', ...moved })
    response.end(said.body === undefined ? '' : JSON.stringify(said.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
