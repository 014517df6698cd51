import { Readable } from 'node:stream'
import { createProxyServer } from 'http-proxy-3'
import { limiter } from './limits.mjs'
import { routesOf } from './routes.mjs'
import { firstOf, rotation } from './targets.mjs'

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {import('./routes.mjs').Found} Found
 */

/** How long a service may be silent in the middle of an answer. */
const silentMs = 3_600_000

const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
}
const mayBeRepeated = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Sends requests where the sites say.
 * @param {readonly import('../../proxy.ts').Site[]} sites
 * @param {{ isEnding(): boolean }} state whether another process takes the next connections
 */
export function forwarder(sites, { isEnding }) {
  const find = routesOf(sites)
  const limits = new Map(sites.map((site) => [site, limiter(site.limits)]))
  const { order, failed } = rotation()
  const proxy = createProxyServer({ proxyTimeout: silentMs })

  proxy.on('proxyRes', (answer, _, response) => {
    // Of the connection to the service, which is another than that to who asked.
    delete answer.headers['keep-alive']
    delete answer.headers.connection
    if (isEnding()) answer.headers.connection = 'close'
    // What breaks off in the middle must not look complete, nor be waited for.
    answer.once('close', () => answer.complete || response.destroy())
  })

  /** Clients that speak to their service already: what breaks then is not theirs to be told of by HTTP. */
  const opened = new WeakSet()
  proxy.on('proxyReqWs', (asked, _, socket) => void asked.once('upgrade', () => opened.add(socket)))

  /** @param {Found} found @param {Request} request @param {(target: import('./routes.mjs').Target) => void} took */
  function optionsFor({ targets, prefix }, request, took) {
    const address = addressOf(request)
    const before = request.headers['x-forwarded-for']
    return {
      target: 'http://service/',
      agent: firstOf(order(targets), { failed, took }),
      headers: {
        'x-real-ip': address,
        'x-forwarded-for': before ? `${before}, ${address}` : address,
        'x-forwarded-proto': 'http',
        ...(prefix !== undefined && { 'x-forwarded-prefix': prefix }),
      },
    }
  }

  /** @param {Found} found @param {Request} request @param {Response} response @param {boolean} [isAgain] */
  function pass(found, request, response, isAgain = false) {
    /** @type {import('./routes.mjs').Target | undefined} */
    let target
    const options = optionsFor(found, request, (one) => {
      target = one
      Object.assign(response, { servedBy: `${one.address}:${one.port}` })
    })
    // Its body, which is empty, was read the first time.
    const again = isAgain ? { ...options, buffer: Readable.from([]) } : options
    proxy.web(request, response, again, () => {
      if (response.headersSent || response.destroyed) return void response.destroy()
      if (target) failed(target)
      if (!isAgain && target && isEmpty(request) && mayBeRepeated.has(String(request.method)))
        return pass(found, request, response, true)
      refuse(response, 502)
    })
  }

  return {
    /** @param {Request} request @param {Response} response */
    answer(request, response) {
      for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
      if (isEnding()) response.setHeader('connection', 'close')
      const { url = '/' } = request
      if (url === '/healthz') return void response.setHeader('content-type', 'text/plain').end('ok\n')
      const found = find(request.headers.host ?? '', url)
      if (!found) return refuse(response, 404)
      if ('moved' in found) return void response.writeHead(308, { location: found.moved }).end()
      const ended = limits.get(found.site)?.(addressOf(request))
      if (!ended) return refuse(response, 429)
      response.once('close', ended)
      if (!fits(request, response, found.site.limits.bodyMb * 1024 * 1024)) return
      request.url = found.path
      pass(found, request, response)
    },

    /** @param {Request} request @param {import('node:net').Socket} socket @param {Buffer} head */
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const found = find(request.headers.host ?? '', request.url ?? '/')
      if (!found || 'moved' in found) return socket.end(line(404))
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') return socket.end(line(501))
      const ended = limits.get(found.site)?.(addressOf(request))
      if (!ended) return socket.end(line(429))
      socket.once('close', ended)
      request.url = found.path
      const options = optionsFor(found, request, () => {})
      proxy.ws(request, socket, head, options, () => void (!opened.has(socket) && socket.end(line(502))))
    },
  }
}

/** IPv4 as such. @param {Request} request */
export const addressOf = ({ socket }) => (socket.remoteAddress ?? '').replace(/^::ffff:/, '')

/** @param {Request} request */
const isEmpty = ({ headers }) => !headers['transfer-encoding'] && Number(headers['content-length'] ?? 0) === 0

/** @type {Record<number, string>} */
const words = {
  404: 'Not Found',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  501: 'Not Implemented',
  502: 'Bad Gateway',
}
/** @param {number} status */
const line = (status) => `HTTP/1.1 ${status} ${words[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`

/** @param {Response} response @param {number} status */
function refuse(response, status) {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${words[status]}\n`)
}

/** False where the body is larger than it may be; one whose length is not told is cut where it is. @param {Request} request @param {Response} response @param {number} most bytes */
function fits(request, response, most) {
  const tooLarge = () => {
    if (response.headersSent) response.destroy()
    else refuse(response.setHeader('connection', 'close'), 413)
    request.unpipe()
    request.resume()
  }
  if (Number(request.headers['content-length'] ?? 0) > most) {
    tooLarge()
    return false
  }
  if (request.headers['transfer-encoding'] === undefined) return true
  let bytes = 0
  request.on('data', (/** @type {Buffer} */ chunk) => {
    bytes += chunk.length
    if (bytes > most && bytes - chunk.length <= most) tooLarge()
  })
  return true
}
