import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { ForwardingRule, LoadBalancer } from '../records/types.ts'
import { type Balancer, openBalancer } from './balancer.ts'

const open: (Server | ReturnType<typeof createTcpServer>)[] = []
let balancer: Balancer | undefined

afterEach(async () => {
  await balancer?.close()
  for (const server of open.splice(0)) server.close()
})

/** Two machines that listen on the same port, each at its own address, and say who they are. */
async function machines(): Promise<{ port: number; first: Server; second: Server }> {
  const says = (name: string) =>
    createServer((request, answer) => answer.end(`${name} ${request.headers['x-forwarded-for']}`))
  const first = says('first')
  const second = says('second')
  first.listen(0, '127.77.251.1')
  await once(first, 'listening')
  const { port } = first.address() as AddressInfo
  second.listen(port, '127.77.251.2')
  await once(second, 'listening')
  open.push(first, second)
  return { port, first, second }
}

const targets = [
  { id: 1, address: '127.77.251.1' },
  { id: 2, address: '127.77.251.2' },
]

const record = (rules: ForwardingRule[], more: Partial<LoadBalancer> = {}): LoadBalancer => ({
  id: crypto.randomUUID(),
  name: 'entrance',
  region: 'nyc3',
  vpc: '',
  address: '127.77.252.1',
  status: 'active',
  sizeUnit: 1,
  droplets: [],
  tag: '',
  rules,
  healthCheck: {
    protocol: 'http',
    port: rules[0]!.target_port,
    path: '/',
    check_interval_seconds: 1,
    response_timeout_seconds: 1,
    unhealthy_threshold: 1,
    healthy_threshold: 1,
  },
  stickySessions: { type: 'none' },
  firewall: { allow: [], deny: [] },
  settings: {
    algorithm: 'round_robin',
    redirect_http_to_https: false,
    enable_proxy_protocol: false,
    enable_backend_keepalive: false,
    http_idle_timeout_seconds: 60,
    disable_lets_encrypt_dns_records: false,
    network: 'EXTERNAL',
    network_stack: 'IPV4',
    type: 'REGIONAL',
    tls_cipher_policy: 'DEFAULT',
  },
  createdAt: 0,
  ...more,
})

const rule = (target_port: number, protocol: 'http' | 'tcp' = 'http'): ForwardingRule => ({
  entry_protocol: protocol,
  entry_port: 18_000 + Math.floor(Math.random() * 10_000),
  target_protocol: protocol,
  target_port,
  certificate_id: '',
  tls_passthrough: false,
})

async function start(wanted: LoadBalancer, healthy = 2): Promise<string> {
  balancer = await openBalancer(wanted)
  balancer.aim(targets)
  const entry = balancer.entries[0]!
  expect(entry.problem).toBeUndefined()
  await expect.poll(() => balancer!.health().filter((target) => target.healthy).length).toBe(healthy)
  return `http://${wanted.address}:${entry.port}/`
}

const ask = async (url: string, init?: RequestInit) => (await (await fetch(url, init)).text()).split(' ')

describe.runIf(process.platform === 'linux')('a load balancer', () => {
  test('sends to its droplets in turn and tells them who asks', async () => {
    const { port } = await machines()
    const url = await start(record([rule(port)]))
    const answers = [await ask(url), await ask(url), await ask(url), await ask(url)]
    expect(answers.map(([name]) => name).sort()).toEqual(['first', 'first', 'second', 'second'])
    expect(answers[0]![1]).toBe('127.0.0.1')
  })

  test('leaves out a droplet that dies, at once for a request and then by its checks', async () => {
    const { port, second } = await machines()
    const url = await start(record([rule(port)]))
    second.close()
    second.closeAllConnections()
    const bodies = await Promise.all(Array.from({ length: 6 }, () => ask(url, { method: 'POST', body: 'order' })))
    expect(bodies.map(([name]) => name)).toEqual(Array(6).fill('first'))
    await expect
      .poll(() => balancer!.health().find(({ droplet }) => droplet === 2)?.healthy, { timeout: 5000 })
      .toBe(false)
  })

  test('turns to another port without a pause, and listens anew only where clients connect otherwise', async () => {
    const { port } = await machines()
    const other = createServer((_, answer) => answer.end('other'))
    other.listen(0, '127.77.251.1')
    await once(other, 'listening')
    open.push(other)
    const wanted = record([rule(port)])
    const url = await start(wanted)
    const target_port = (other.address() as AddressInfo).port
    const rules = [{ ...wanted.rules[0]!, target_port }]
    const turned = { ...wanted, rules, healthCheck: { ...wanted.healthCheck, port: target_port } }
    expect(balancer!.turn(turned, targets.slice(0, 1))).toBe(true)
    const seen = new Set<string>()
    while (!seen.has('other')) {
      const answer = await fetch(url, { headers: { connection: 'close' } })
      expect(answer.status).toBe(200)
      seen.add((await answer.text()).split(' ')[0]!)
    }
    expect(balancer!.turn({ ...turned, rules: [{ ...rules[0]!, entry_port: 17_999 }] }, targets)).toBe(false)
  })

  test('another record is not gone by while its targets do not answer yet, and then without a failed request', async () => {
    const { port } = await machines()
    const wanted = record([rule(port)])
    wanted.healthCheck.unhealthy_threshold = 3
    const url = await start(wanted)
    const late = createServer((_, answer) => answer.end('late '))
    late.listen(0, '127.77.251.9')
    await once(late, 'listening')
    const target_port = (late.address() as AddressInfo).port
    late.close()
    open.push(late)
    const turned = { ...wanted, rules: [{ ...wanted.rules[0]!, target_port }] }
    turned.healthCheck = { ...wanted.healthCheck, port: target_port }
    expect(balancer!.turn(turned, targets.slice(0, 1))).toBe(true)
    for (let asked = 0, said = ''; said !== 'late '; asked++) {
      const answer = await fetch(url, { headers: { connection: 'close' } })
      expect(answer.status).toBe(200)
      said = await answer.text()
      // By then its first check was refused.
      if (asked === 20) late.listen(target_port, '127.77.251.1')
    }
  })

  test('keeps a browser with a cookie at its droplet', async () => {
    const { port } = await machines()
    const stickySessions = { type: 'cookies' as const, cookie_name: 'DO-LB', cookie_ttl_seconds: 300 }
    const url = await start(record([rule(port)], { stickySessions }))
    const answer = await fetch(url)
    const [name] = (await answer.text()).split(' ')
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
    for (let times = 0; times < 4; times++) expect((await ask(url, { headers: { cookie } }))[0]).toBe(name)
  })

  test('answers 503 where no droplet is well', async () => {
    const url = await start(record([rule(9)]), 0)
    expect((await fetch(url)).status).toBe(503)
  })

  test('forwards connections as they are, with the client in a PROXY line where asked for', async () => {
    const echo = createTcpServer((socket) => socket.pipe(socket))
    echo.listen(0, '127.77.251.1')
    await once(echo, 'listening')
    open.push(echo)
    const { port } = echo.address() as AddressInfo
    const wanted = record([rule(port, 'tcp')])
    wanted.healthCheck.protocol = 'tcp'
    wanted.settings.enable_proxy_protocol = true
    const url = new URL(await start(wanted, 1))
    const socket = connect(Number(url.port), url.hostname)
    socket.end('hello')
    let heard = ''
    for await (const chunk of socket) heard += chunk
    expect(heard).toMatch(/^PROXY TCP4 127\.0\.0\.1 127\.77\.252\.1 \d+ \d+\r\nhello$/)
  })

  test('lets in whom its firewall allows', async () => {
    const { port } = await machines()
    const url = await start(record([rule(port)], { firewall: { allow: ['cidr:10.0.0.0/8'], deny: [] } }))
    await expect(fetch(url)).rejects.toThrow()
  })
})
