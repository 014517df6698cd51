import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { At } from '../../machine/fenced.ts'
import { startMachines } from '../../machines.fixture.ts'
import { defaultLimits, type Site } from '../proxy.ts'
import { configureNginx } from './nginx.ts'

/** Echoes what comes after an upgrade; `/stream` says `one`, and `two` when somebody asks `/go`. */
const backend = `const http = require('node:http')
let go
const server = http.createServer((request, answer) => {
  if (request.url === '/stream') { answer.write('one'); go = () => answer.end('two'); return }
  if (request.url === '/go') { go(); return answer.end() }
  request.resume()
  request.on('end', () => answer.end(process.env.NAME + ' ' + request.url + ' ' + request.headers.host + ' ' + request.headers['x-forwarded-proto']))
})
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n')
  socket.pipe(socket)
})
server.listen(process.env.PORT, '0.0.0.0')
`

let machines: Awaited<ReturnType<typeof startMachines>>
let site: Site

beforeAll(async () => {
  machines = await startMachines(['master', 'web1'])
  await start('one', 8101)
  await start('two', 8102)
  const address = await machines.address('web1')
  const targets = [{ address, port: 8101 }]
  site = {
    project: 'shop',
    environment: 'prod',
    hosts: [],
    limits: defaultLimits,
    routes: [{ service: 'web', targets }],
  }
  await configureNginx(at(), site)
})
afterAll(() => machines?.stop())

async function start(name: string, port: number): Promise<void> {
  const web = machines.machine('web1')
  await web.run(['sh', '-c', 'cat > /tmp/backend.js'], { input: backend })
  const line = `NAME=${name} PORT=${port} setsid node /tmp/backend.js > /dev/null 2>&1 < /dev/null & echo $! > /tmp/${name}.pid`
  await web.run(['sh', '-c', line])
  await vi.waitFor(() => web.run(['curl', '-sS', `http://127.0.0.1:${port}/`]), { timeout: 20_000, interval: 100 })
}

const at = (lane = 'shop.prod'): At => ({
  machine: machines.machine('master'),
  fence: { lane, turn: 1, epoch: 1 },
  signal: AbortSignal.timeout(50_000),
})
const sh = (script: string) => machines.machine('master').run(['sh', '-c', script])
const url = 'http://127.0.0.1/shop/prod/web/'
/** Status → how often, of so many requests one after the other. */
const statuses = async (count: number, options = '') => {
  const line = `for n in $(seq ${count}); do curl -s -o /dev/null -w '%{http_code}\\n' ${options} ${url}; done | sort | uniq -c`
  const lines = (await sh(line)).trim().split('\n')
  return Object.fromEntries(lines.map((one) => one.trim().split(' ').toReversed() as [string, string]))
}

test('a websocket passes, in both directions', async () => {
  const socket = await machines.machine('master').connect('127.0.0.1', 80)
  socket.write(
    'GET /shop/prod/web/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /)
  for (const word of ['ping', 'pong']) {
    socket.write(word)
    expect(String((await once(socket, 'data'))[0])).toBe(word)
  }
  socket.destroy()
})

test('an answer comes as it is made, not when it is complete', async () => {
  const socket = await machines.machine('master').connect('127.0.0.1', 80)
  socket.write('GET /shop/prod/web/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  const ended = once(socket, 'end')
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk
  })
  await expect.poll(() => said).toContain('one')
  expect(said).not.toContain('two')
  await sh(`curl -sS ${url}go`)
  await ended
  expect(said).toContain('two')
})

test('a host has its service, and the security headers and the access log are there', async () => {
  const hosts = [{ host: 'shop.example', service: 'web' }]
  await configureNginx(at(), { ...site, hosts })
  expect(await sh("curl -sS -H 'Host: shop.example' http://127.0.0.1/a")).toBe('one /a shop.example http')
  const headers = await sh(`curl -sS -o /dev/null -D - ${url}`)
  for (const name of ['X-Content-Type-Options: nosniff', 'X-Frame-Options: SAMEORIGIN', 'Referrer-Policy'])
    expect(headers).toContain(name)
  expect(headers).not.toContain('Strict-Transport-Security')
  expect(await sh('tail -n 5 /var/log/nginx/access.log')).toMatch(/shop\.example "GET \/a HTTP\/1\.1" 200/)
})

test('who asks too often, too much at once, or sends too much is refused, and others are not', async () => {
  const limits = { requestsPerSecond: 2, connections: 1, bodyMb: 1 }
  await configureNginx(at(), { ...site, limits })
  const other = { ...site, project: 'other' }
  await configureNginx(at('other.prod'), other)

  const seen = await statuses(30)
  expect(Number(seen['429'])).toBeGreaterThan(0)
  expect(Number(seen['200'])).toBeGreaterThan(3)
  expect(await sh('curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1/other/prod/web/')).toBe('200')

  await configureNginx(at(), { ...site, limits: { ...limits, requestsPerSecond: 1000 } })
  const held = await machines.machine('master').connect('127.0.0.1', 80)
  held.write('GET /shop/prod/web/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(held, 'data')
  expect(await statuses(1)).toEqual({ 429: '1' })
  held.destroy()
  await expect.poll(() => statuses(1)).toEqual({ 200: '1' })
  await sh('head -c 1500000 /dev/zero > /tmp/large')
  expect(await statuses(1, '--data-binary @/tmp/large')).toEqual({ 413: '1' })
  await configureNginx(at(), site)
  expect(await statuses(1, '--data-binary @/tmp/large')).toEqual({ 200: '1' })
})

test('what does not change is not touched, and nginx is not reloaded for nothing', async () => {
  const files = () => sh('cd /etc/atlas/nginx/live && stat -c "%n %i %Y" *.conf sites/shop.prod.*')
  const workers = () => sh('for p in $(pgrep -P $(cat /run/atlas-nginx.pid)); do echo $p; done')
  const [before, old] = [await files(), await workers()]
  await configureNginx(at('other.prod'), { ...site, project: 'other', hosts: [{ host: 'o.example', service: 'web' }] })
  expect(await files()).toBe(before)
  const reloaded = await workers()
  expect(reloaded).not.toBe(old)
  await configureNginx(at('other.prod'), { ...site, project: 'other', hosts: [{ host: 'o.example', service: 'web' }] })
  expect(await workers()).toBe(reloaded)
})

test('hosts with a certificate answer by https; its key is for root alone', async () => {
  const hosts = [{ host: 'shop.example', service: 'web' }]
  const secured: Site = { ...site, hosts, tls: { from: { secrets: { certificate: 'c', key: 'k' } } } }
  const certificate = selfSigned('shop.example')
  await configureNginx(at(), secured, certificate)
  await machines.machine('master').run(['sh', '-c', 'cat > /tmp/ca.pem'], { input: certificate.chain })
  const https = (more = '') =>
    sh(`curl -sS ${more} --cacert /tmp/ca.pem --resolve shop.example:443:127.0.0.1 https://shop.example/a`)
  expect(await https()).toBe('one /a shop.example https')
  expect(await https('-D - -o /dev/null')).not.toContain('Strict-Transport-Security')
  const redirect = await sh("curl -sS -D - -o /dev/null -H 'Host: shop.example' 'http://127.0.0.1/a?b=c'")
  expect(redirect).toMatch(/^HTTP\/1\.1 308 /)
  expect(redirect).toContain('Location: https://shop.example/a?b=c')
  expect(await sh('cd /etc/atlas/nginx/live/certificates && stat -c "%n %a" . *')).toBe(
    '. 700\nshop.prod.key 600\nshop.prod.pem 600\n',
  )

  await configureNginx(at(), { ...secured, tls: { ...secured.tls!, hstsDays: 1 } }, certificate)
  expect(await https('-D - -o /dev/null')).toContain('strict-transport-security: max-age=86400')
  await configureNginx(at(), { ...site, hosts })
  expect(await sh('ls /etc/atlas/nginx/live/certificates')).toBe('')
})

test('an instance that dies costs no request: nginx passes it to the next at once', async () => {
  const { address } = site.routes[0]!.targets[0]!
  const targets = [8101, 8102].map((port) => ({ address, port }))
  await configureNginx(at(), { ...site, routes: [{ service: 'web', targets }] })
  const load = statuses(300)
  await machines.machine('web1').run(['sh', '-c', 'kill -KILL $(cat /tmp/two.pid)'])
  expect(await load).toEqual({ 200: '300' })
})

/** Made by openssl, for a day. */
function selfSigned(host: string) {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  try {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
    const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
    execFileSync('openssl', [...args, ...names, '-keyout', 'key', '-out', 'chain'], { cwd: folder, stdio: 'ignore' })
    return { chain: readFileSync(join(folder, 'chain'), 'utf8'), key: readFileSync(join(folder, 'key'), 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
