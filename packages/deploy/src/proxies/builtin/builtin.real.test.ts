import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBalanced } from '../balanced.fixture.ts'
import { builtin } from './builtin.ts'

let balanced: Awaited<ReturnType<typeof startBalanced>>
beforeAll(async () => {
  balanced = await startBalanced(['master'])
  await builtin.configure(at(), site())
}, 120_000)
afterAll(() => balanced?.stop())

const at = () => balanced.on('master').at()
const sh = (script: string) => balanced.on('master').sh(script)
const site = () => balanced.siteAt(8101)
const url = 'http://127.0.0.1/shop/prod/web/'
const answers = () => expect.poll(() => sh(`curl -s ${url} || true`), { timeout: 20_000 }).toContain('one /')

test('every request is in the access log, with its host, the answer and who gave it', async () => {
  await sh(`curl -sS -A 'a "quoted" agent' -H 'Host: shop.example' ${url}a`)
  await expect
    .poll(() => sh('tail -n 1 /var/log/atlas/balancer.log'))
    .toMatch(
      /^127\.0\.0\.1 \[\S+Z\] "shop\.example" "GET \S+\/a HTTP\/1\.1" 200 0\.\d+ "[\d.]+:8101" "a \\"quoted\\" agent"$/m,
    )
})

test('who answers runs again when it is killed, and so does who holds the port', async () => {
  const worker = "pgrep -f 'program/worker.mjs' | head -n 1"
  await sh(`kill -KILL $(${worker})`)
  await answers()
  await sh(`kill -KILL $(cat ${builtin.pidFile})`)
  await answers()
  expect((await sh(`${worker} | wc -l`)).trim()).toBe('1')
})

test('a configuration that cannot be carried out changes nothing', async () => {
  const broken = { ...site(), limits: null as never }
  await expect(builtin.configure(at(), broken)).rejects.toThrow('refuses the configuration')
  await answers()
})

test('a keep-alive connection goes on, and a service that breaks off in the middle looks broken', async () => {
  const twice = await sh(`curl -sS -o /dev/null -o /dev/null -w '%{num_connects} ' ${url} ${url}`)
  expect(twice.trim()).toBe('1 0')
  expect(await sh(`curl -s ${url}break > /dev/null; echo $?`)).not.toBe('0\n')
})

test('upgrades other than to a websocket are refused, not left waiting', async () => {
  const asked = `curl -s -o /dev/null -w '%{http_code}' -H 'Connection: Upgrade' -H 'Upgrade: h2c' ${url}`
  expect(await sh(asked)).toBe('501')
})

test('a websocket that its service breaks off ends, and nothing is put into it', async () => {
  const socket = await balanced.on('master').connect()
  socket.write(
    'GET /shop/prod/web/reset HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const said = await text(socket)
  expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 101'])
})
