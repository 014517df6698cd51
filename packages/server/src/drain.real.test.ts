import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { drainable } from './drain.ts'

test('a connection that never asked is let go at once, one that waits for its answer gets it first', async () => {
  const asked = Promise.withResolvers<ServerResponse>()
  const server = createServer((_request, response) => asked.resolve(response))
  const drain = drainable(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const silent = connect(port, '127.0.0.1').resume()
  const answer = fetch(`http://127.0.0.1:${port}/`).then((one) => one.text())
  const response = await asked.promise

  const closed = once(server, 'close')
  const silentEnded = once(silent, 'end')
  server.close()
  drain()
  await silentEnded
  response.end('whole')
  expect(await answer).toBe('whole')
  await closed
})
