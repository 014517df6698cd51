import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { addressOf, forwarder } from './forward.mjs'
import { readSites } from './routes.mjs'

/*
 * Answers requests as one generation of the configuration says. When the next generation has its own process, this one
 * takes no more connections, and ends with its last request.
 */

const port = 80
/** As long as browsers keep a connection that they do not use. */
const keepAliveMs = 75_000
/** A websocket that never ends does not keep an old generation longer. */
const endMs = 600_000

const [generation = ''] = process.argv.slice(2)
let isEnding = false
const { answer, upgrade } = forwarder(readSites(generation), { isEnding: () => isEnding })

// An upload takes as long as it takes.
const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 0 }, (request, response) => {
  const began = performance.now()
  const asked = `${request.method} ${request.url} HTTP/${request.httpVersion}`
  response.once('close', () => {
    if (isEnding) setImmediate(() => server.closeIdleConnections())
    if (request.url === '/healthz') return
    const { 'user-agent': agent = '-', host = '-' } = request.headers
    const seconds = ((performance.now() - began) / 1000).toFixed(3)
    const servedBy = 'servedBy' in response ? response.servedBy : '-'
    const said = [host, asked, servedBy, agent].map((one) => JSON.stringify(one))
    console.log(
      `${addressOf(request)} [${new Date().toISOString()}] ${said[0]} ${said[1]} ${response.statusCode} ${seconds} ${said[2]} ${said[3]}`,
    )
  })
  answer(request, response)
})
server.on('upgrade', upgrade)
server.on(
  'clientError',
  (_, socket) => void (socket.writable && socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
)
server.listen(port, '0.0.0.0')

cluster.worker?.on('message', (message) => {
  if (message !== 'end') return
  isEnding = true
  setTimeout(() => process.exit(), endMs).unref()
})
