import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBalanced } from './balanced.fixture.ts'
import { proxies } from './index.ts'
import type { Site } from './proxy.ts'

let balanced: Awaited<ReturnType<typeof startBalanced>>
let site: Site

beforeAll(async () => {
  balanced = await startBalanced(proxies.map(({ name }) => name))
  site = balanced.siteAt(8101)
})
afterAll(() => balanced?.stop())

const url = 'http://127.0.0.1/shop/prod/web/'

describe.each(proxies)('$name', (proxy) => {
  const on = () => balanced.on(proxy.name)
  const at = (lane?: string) => on().at(lane)
  const sh = (script: string) => on().sh(script)
  const connect = () => on().connect()
  const status = (options: string) => sh(`curl -s -o /dev/null -w '%{http_code}' ${options}`)
  const counted = (lines: string) => {
    const count = (status: string) => lines.split(/\s+/).filter((one) => one === status).length
    return Object.fromEntries([...new Set(lines.trim().split(/\s+/))].map((status) => [status, count(status)]))
  }
  /** Status → how often, of so many requests one after the other, each by a connection of its own. */
  const statuses = async (count: number, options = '') =>
    counted(
      await sh(`curl -s -o /dev/null -w '%{http_code}\\n' -H 'Connection: close' ${options} '${url}?[1-${count}]'`),
    )
  /** The same while something else happens. */
  async function meanwhile(what: () => Promise<unknown>) {
    const asking = `curl -s -o /dev/null -w '%{http_code}\\n' -H 'Connection: close' '${url}?[1-20]' || true`
    const load = sh(`touch /tmp/load; while [ -e /tmp/load ]; do ${asking}; done`)
    await expect.poll(() => sh('[ -e /tmp/load ] && echo goes')).toBe('goes\n')
    await what().finally(() => sh('rm /tmp/load'))
    return Object.keys(counted(await load))
  }
  const unlimited = { requestsPerSecond: 100_000, connections: 1000, bodyMb: 1 }

  beforeAll(() => proxy.configure(at(), site), 120_000)

  test('a path leads to its service, which does not see the prefix; what leads nowhere is not found', async () => {
    expect(await sh(`curl -sS '${url}a/b?c=d%2F'`)).toBe('one /a/b?c=d%2F 127.0.0.1 http')
    expect(await sh('curl -sS http://127.0.0.1/healthz')).toBe('ok\n')
    for (const path of ['', 'shop/prod/', 'shop/prod/other/', 'shop/uat/web/'])
      expect(await status(`http://127.0.0.1/${path}`), path).toBe('404')
    const moved = await sh("curl -sS -o /dev/null -D - 'http://127.0.0.1/shop/prod/web?a=b'")
    expect(moved).toMatch(/^HTTP\/1\.1 308 [\s\S]*location: \S*\/shop\/prod\/web\/\?a=b\r/i)
  })

  test('a websocket passes, in both directions', async () => {
    const socket = await connect()
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
    const socket = await connect()
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

  test('a host has its service, and the security headers are there', async () => {
    const hosts = [{ host: 'shop.example', service: 'web' }]
    await proxy.configure(at(), { ...site, hosts })
    expect(await sh("curl -sS -H 'Host: shop.example' http://127.0.0.1/a")).toBe('one /a shop.example http')
    const headers = await sh(`curl -sS -o /dev/null -D - ${url}`)
    for (const name of ['X-Content-Type-Options: nosniff', 'X-Frame-Options: SAMEORIGIN', 'Referrer-Policy'])
      expect(headers).toContain(name)
  })

  test('who asks too often, too much at once, or sends too much is refused, and others are not', async () => {
    const limits = { requestsPerSecond: 2, connections: 1, bodyMb: 1 }
    await proxy.configure(at(), { ...site, limits })
    const other = { ...site, project: 'other' }
    await proxy.configure(at('other.prod'), other)

    const seen = await statuses(30)
    expect(seen['429']).toBeGreaterThan(0)
    expect(seen['200']).toBeGreaterThan(3)
    expect(await status('http://127.0.0.1/other/prod/web/')).toBe('200')

    await proxy.configure(at(), { ...site, limits: { ...limits, requestsPerSecond: 1000 } })
    const held = await connect()
    held.write('GET /shop/prod/web/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(held, 'data')
    expect(await statuses(1)).toEqual({ 429: 1 })
    held.destroy()
    await expect.poll(() => statuses(1)).toEqual({ 200: 1 })
    await sh('head -c 1500000 /dev/zero > /tmp/large')
    expect(await statuses(1, '--data-binary @/tmp/large')).toEqual({ 413: 1 })
    await proxy.configure(at(), site)
    expect(await statuses(1, '--data-binary @/tmp/large')).toEqual({ 200: 1 })
  })

  test('an instance that dies costs no request: it is passed to the next at once', async () => {
    await proxy.configure(at(), { ...balanced.siteAt(8101, 8102), limits: unlimited })
    const seen = await meanwhile(() => balanced.web.run(['sh', '-c', 'kill -KILL $(cat /tmp/two.pid); sleep 1']))
    expect(seen).toEqual(['200'])
  })

  test('traffic moves under load without a failed request, and what is under way ends where it began', async () => {
    await balanced.start('two', 8102)
    await proxy.configure(at(), { ...site, limits: unlimited })
    const held = await connect()
    held.write('GET /shop/prod/web/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await once(held, 'data')
    const seen = await meanwhile(async () => {
      for (const port of [8102, 8101, 8102])
        await proxy.configure(at(), { ...balanced.siteAt(port), limits: unlimited })
    })
    expect(seen).toEqual(['200'])
    expect(await sh(`curl -sS ${url}`)).toContain('two /')

    const drained = proxy.drain(at(), 60).then(() => 'drained')
    expect(await Promise.race([drained, sh('echo asked')]), 'a request is under way').toBe('asked\n')
    await balanced.web.run(['curl', '-sS', 'http://127.0.0.1:8101/go'])
    await drained
  })

  test('an environment without routes is forgotten, and others go on', async () => {
    await proxy.configure(at('other.prod'), { ...site, project: 'other' })
    await proxy.configure(at(), { ...site, routes: [] })
    expect(await status(url)).toBe('404')
    expect(await status('http://127.0.0.1/other/prod/web/')).toBe('200')
    expect(await sh(`ls ${proxy.live}/sites`)).not.toContain('shop')
  })

  test('what does not change is not touched, and nothing is reloaded for it', async () => {
    const live = () => sh(`readlink ${proxy.live}`)
    const other = { ...site, project: 'other', hosts: [{ host: 'o.example', service: 'web' }] }
    await proxy.configure(at(), site)
    const files = () => sh(`cd ${proxy.live} && stat -c "%n %i %Y" sites/shop.prod.*`)
    const before = await files()
    await proxy.configure(at('other.prod'), other)
    expect(await files()).toBe(before)
    const then = await live()
    await proxy.configure(at('other.prod'), other)
    expect(await live()).toBe(then)
  })

  test('what a boot runs brings it back as it was', async () => {
    await sh("pkill -KILL -x nginx; pkill -KILL -f '^(node|sh) .*/[b]alancer/'; sleep 0.2")
    await expect(sh(`curl -s ${url}`)).rejects.toThrow()
    await sh('grep -q /etc/atlas/boot /etc/rc.local')
    await sh('sh /etc/atlas/boot > /dev/null 2>&1')
    await expect.poll(() => status(url), { timeout: 20_000 }).toBe('200')
  })
})
