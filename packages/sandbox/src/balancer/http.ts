import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { LoadBalancer } from '../records/types.ts'
import type { Target } from './targets.ts'

export type Pick = (preferred?: number, not?: readonly Target[]) => Target | undefined

/** By what a rule is forwarded, at this moment: a change takes new requests elsewhere, and leaves alone those under way. */
export interface Now {
  balancer: LoadBalancer
  /** Of the targets. */
  port: number
  pick: Pick
}

/**
 * Forwards HTTP requests and upgrades to a healthy target. A request that reached none (refused before a byte was
 * sent) goes to the next one; the cookie keeps a browser at its target where sessions stick.
 */
export function httpForwarder(now: () => Now): Server {
  const server = createServer((incoming, answer) => {
    if (redirects(now().balancer)) return redirect(incoming, answer)
    forward(incoming, answer, [])
  })
  server.on('upgrade', (incoming, socket: Socket, head) => upgrade(incoming, socket, head))

  function forward(incoming: IncomingMessage, answer: ServerResponse, tried: Target[]): void {
    const { balancer, port, pick } = now()
    const target = pick(stickyDroplet(balancer, incoming), tried)
    if (!target) return void answer.writeHead(503).end('No server is available to handle this request.\n')
    const sent = send(incoming, target, { balancer, port })
    let connected = false
    // The body is not touched before there is someone to read it: another target may have to.
    sent.on('socket', (socket) =>
      socket.once('connect', () => {
        connected = true
        incoming.pipe(sent)
      }),
    )
    sent.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, { ...response.headers, ...cookie(balancer, incoming, target) })
      response.pipe(answer)
    })
    sent.on('error', () => {
      if (answer.headersSent) answer.destroy()
      else if (!connected) forward(incoming, answer, [...tried, target])
      else answer.writeHead(502).end('The server closed the connection.\n')
    })
    answer.on('close', () => sent.destroy())
  }

  function upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => {})
    const { balancer, port, pick } = now()
    const target = pick(stickyDroplet(balancer, incoming))
    if (!target) return void socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
    const sent = send(incoming, target, { balancer, port })
    sent.on('error', () => socket.destroy())
    sent.on('upgrade', (response, other) => {
      const lines = response.rawHeaders.flatMap((_, index, all) =>
        index % 2 ? [] : [`${all[index]}: ${all[index + 1]}`],
      )
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
      other.on('error', () => socket.destroy())
      if (head.length) other.write(head)
      other.pipe(socket).pipe(other)
    })
    sent.end()
  }

  function send(incoming: IncomingMessage, target: Target, { balancer, port }: Omit<Now, 'pick'>): ClientRequest {
    const { method, url, headers, socket } = incoming
    const sent = request({
      host: target.address,
      port,
      localAddress: balancer.address,
      method,
      path: url,
      agent: false,
      headers: { ...headers, ...forwarded(headers, socket) },
    })
    target.busy += 1
    sent.on('close', () => (target.busy -= 1))
    return sent
  }

  return server
}

function forwarded(headers: IncomingMessage['headers'], { remoteAddress = '', localPort = 80 }: Socket) {
  const before = headers['x-forwarded-for']
  return {
    'x-forwarded-for': before ? `${before}, ${remoteAddress}` : remoteAddress,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': String(localPort),
  }
}

const redirects = ({ settings, rules }: LoadBalancer): boolean =>
  settings.redirect_http_to_https &&
  rules.some(({ entry_protocol }) => entry_protocol.startsWith('http') && entry_protocol !== 'http')

function redirect({ headers, url }: IncomingMessage, answer: ServerResponse): void {
  const host = (headers.host ?? '').replace(/:\d+$/, '')
  answer.writeHead(307, { location: `https://${host}${url}` }).end()
}

/** The droplet's number in a cookie of the balancer's own: nothing of the machine shows in it. */
function stickyDroplet({ stickySessions }: LoadBalancer, { headers }: IncomingMessage): number | undefined {
  if (stickySessions.type !== 'cookies') return undefined
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
  const value = pairs.find(([name]) => name === stickySessions.cookie_name)?.[1]
  return value === undefined ? undefined : Number(value)
}

function cookie(balancer: LoadBalancer, incoming: IncomingMessage, { droplet }: Target) {
  const { stickySessions } = balancer
  if (stickySessions.type !== 'cookies' || stickyDroplet(balancer, incoming) === droplet) return {}
  const { cookie_name, cookie_ttl_seconds } = stickySessions
  return { 'set-cookie': `${cookie_name}=${droplet}; Max-Age=${cookie_ttl_seconds}; Path=/; HttpOnly` }
}
