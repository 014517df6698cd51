import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isAtlasError } from '@atlas/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { At } from '../../machine/fenced.ts'
import { startMachines } from '../../machines.fixture.ts'
import { probe } from '../../perform/probe.ts'
import { nginx } from '../../proxies/nginx/nginx.ts'
import { defaultLimits } from '../../proxies/proxy.ts'
import type { Instance, Tree } from '../platform.ts'
import { processPlatform } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'deploy-tree-'))
let machines: Awaited<ReturnType<typeof startMachines>>

beforeAll(async () => {
  machines = await startMachines(['master', 'web1'])
})
afterAll(async () => {
  await machines?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const server = `const http = require('node:http')
http.createServer((request, answer) => {
  if (request.url === '/secret') return answer.end(process.env.SECRET)
  if (request.url === '/who') return answer.end(String(process.getuid()) + ' ' + process.cwd())
  answer.end(process.env.GREETING + ' on ' + process.env.PORT)
}).listen(process.env.PORT, '0.0.0.0', () => console.log('listening'))
`

/** A tree as a commit gives it, from files. */
function treeOf(files: Record<string, string>): Tree {
  const at = mkdtempSync(join(folder, 'tree-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, path)), { recursive: true })
    writeFileSync(join(at, path), text)
  }
  return {
    read: async (path) => files[path],
    list: async () => Object.keys(files),
    archive: () => spawn('tar', ['-c', '-C', at, '.'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
  }
}

const at = (machine: string, { turn = 1, epoch = 1, lane = 'hostomatic.uat' } = {}): At => ({
  machine: machines.machine(machine),
  fence: { lane, turn, epoch },
  signal: AbortSignal.timeout(50_000),
})
const backendA = { service: 'backend', slot: 'a' } as const
const health = { path: '/', interval_s: 0.1, timeout_s: 5, retries: 100 }
const config = { path: 'backend', build_args: {}, read_only: false, env: {}, secrets: [], health, drain_s: 1 }

async function instance(release: string, more: Partial<Instance> = {}): Promise<Instance> {
  const service = await processPlatform.resolve(
    'backend',
    config,
    treeOf({ 'backend/Procfile': 'web: node server.js' }),
  )
  const where = { slot: 'a', port: 8101, address: '127.0.0.1' } as const
  return { service, release, ...where, variables: { GREETING: release }, secrets: {}, versions: {}, ...more }
}

const get = (machine: string, url: string) => machines.machine(machine).run(['curl', '-sS', '--max-time', '5', url])

const delivery = (release: string, files: Record<string, string>) => ({
  release,
  tree: treeOf(files),
  services: [],
  elsewhere: [],
})

async function started(one: Instance): Promise<void> {
  await processPlatform.deliver(at('web1'), delivery(one.release, { 'backend/server.js': server }))
  await processPlatform.start(at('web1'), one)
  const open = () => machines.machine('web1').connect('127.0.0.1', one.port)
  expect(await probe(open, health, AbortSignal.timeout(30_000))).toBeUndefined()
}

test('a release is delivered and started, outlives its SSH session, and a second release runs beside it', async () => {
  await started(await instance('v1'))
  await started(await instance('v2', { slot: 'b', port: 8102 }))
  expect(await get('web1', 'http://127.0.0.1:8101/')).toBe('v1 on 8101')
  expect(await get('web1', 'http://127.0.0.1:8102/')).toBe('v2 on 8102')
})

test('a machine says what really runs on it, and that nothing does where a service has ended', async () => {
  const looking = { machine: machines.machine('web1'), lane: 'hostomatic.uat', signal: AbortSignal.timeout(50_000) }
  const found = await processPlatform.running(looking)
  expect(found.map(({ since: _, ...one }) => one)).toEqual([
    { service: 'backend', slot: 'a', release: 'v1', alive: true },
    { service: 'backend', slot: 'b', release: 'v2', alive: true },
  ])
  expect(Math.abs(Date.parse(found[0]!.since!) - Date.now())).toBeLessThan(60_000)
  const child = async () =>
    (await looking.machine.run(['cat', '/var/lib/atlas/lanes/hostomatic.uat/run/b-backend/child'])).trim()
  await looking.machine.run(['kill', '-KILL', await child()])
  await expect
    .poll(async () => (await processPlatform.running(looking)).map(({ alive }) => alive), { interval: 50 })
    .toEqual([true, false])
})

test('starting what runs already changes nothing, and what ends by itself is started again', async () => {
  const one = await instance('v1')
  await started(one)
  const pid = async () =>
    (await machines.machine('web1').run(['cat', '/var/lib/atlas/lanes/hostomatic.uat/run/a-backend/child'])).trim()
  const before = await pid()
  await processPlatform.start(at('web1'), one)
  expect(await pid()).toBe(before)
  await machines.machine('web1').run(['kill', '-KILL', before])
  const open = () => machines.machine('web1').connect('127.0.0.1', one.port)
  await expect.poll(pid, { timeout: 20_000 }).not.toBe(before)
  expect(await probe(open, health, AbortSignal.timeout(30_000))).toBeUndefined()
})

test('secrets are in no command line, and their file is for its owner alone', async () => {
  const SECRET = "it's $(a) `secret`; \\ \n of two lines"
  const one = await instance('v1', {
    variables: { GREETING: 'v1' },
    secrets: { secret: SECRET },
    versions: { secret: '1' },
  })
  await started(one)
  expect(await get('web1', 'http://127.0.0.1:8101/secret')).toBe(SECRET)
  const machine = machines.machine('web1')
  expect(await machine.run(['sh', '-c', 'cat /proc/[0-9]*/cmdline 2> /dev/null | tr "\\0" " "'])).not.toContain(
    'secret`',
  )
  expect(await machine.run(['stat', '-c', '%a', '/var/lib/atlas/lanes/hostomatic.uat/run/a-backend/variables'])).toBe(
    '400\n',
  )
})

test('the service has a user of its own where the machine has users', async () => {
  const [uid, cwd] = (await get('web1', 'http://127.0.0.1:8101/who')).split(' ')
  const users = Number(await machines.machine('web1').run(['awk', '{n += $3} END {print n}', '/proc/self/uid_map']))
  expect(uid === '0').toBe(users <= 1)
  expect(cwd).toBe('/var/lib/atlas/lanes/hostomatic.uat/releases/v1/backend')
})

test('a worker that has been replaced changes nothing more', async () => {
  await processPlatform.stop(at('web1', { turn: 1, epoch: 2 }), [backendA])
  const late = processPlatform.stop(at('web1', { turn: 1, epoch: 1 }), [])
  await expect(late).rejects.toSatisfy((error) => isAtlasError(error, 'fenced'))
  expect(await get('web1', 'http://127.0.0.1:8101/')).toContain('v1')
  await processPlatform.stop(at('web1', { turn: 2, epoch: 1 }), [backendA])
})

test('nginx on the master moves traffic, keeps the old configuration where the new one is refused, and forgets', async () => {
  const address = await machines.address('web1')
  const routes = (port: number) => [{ service: 'backend', targets: [{ address, port }] }]
  const site = { project: 'hostomatic', environment: 'uat' as const, hosts: [], limits: defaultLimits }
  await nginx.configure(at('master', { turn: 3 }), { ...site, routes: routes(8101) })
  const url = 'http://127.0.0.1/hostomatic/uat/backend/'
  expect(await get('master', url)).toBe('v1 on 8101')

  const broken = nginx.configure(at('master', { turn: 3 }), {
    ...site,
    routes: [{ service: 'backend', targets: [{ address: 'no address;', port: 1 }] }],
  })
  await expect(broken).rejects.toThrow('nginx refuses the configuration')
  expect(await get('master', url)).toBe('v1 on 8101')

  await nginx.configure(at('master', { turn: 3 }), { ...site, routes: [] })
  expect(await get('master', url)).toContain('404')
  await nginx.drain(at('master', { turn: 3 }), 5)
  expect(await get('master', 'http://127.0.0.1/healthz')).toBe('ok\n')
})

test('what must not run is stopped and pruned', async () => {
  const last = { turn: 9 }
  await processPlatform.stop(at('web1', last), [])
  await processPlatform.prune(at('web1', last), ['v2'])
  await expect(get('web1', 'http://127.0.0.1:8101/')).rejects.toThrow()
  expect(await machines.machine('web1').run(['ls', '/var/lib/atlas/lanes/hostomatic.uat/releases'])).toBe('v2\n')
})

test('the lines of its log say why a service does not become healthy', async () => {
  const one = await instance('v3', { slot: 'b', port: 8103, variables: {} })
  const files = { 'backend/server.js': 'throw new Error("no database")' }
  await processPlatform.deliver(at('web1', { turn: 10 }), delivery('v3', files))
  await processPlatform.start(at('web1', { turn: 10 }), one)
  const open = () => machines.machine('web1').connect('127.0.0.1', one.port)
  expect(await probe(open, { ...health, retries: 3 }, AbortSignal.timeout(30_000))).toBeDefined()
  const logs = () => processPlatform.logs(at('web1', { turn: 10 }), { service: 'backend', slot: 'b' })
  await expect.poll(logs).toContain('no database')
  await processPlatform.stop(at('web1', { turn: 10 }), [])
  await processPlatform.deliver(at('web1', { turn: 10 }), delivery('v4', { 'backend/server.js': server }))
  await processPlatform.start(at('web1', { turn: 10 }), { ...one, release: 'v4' })
  await expect.poll(logs).toContain('listening')
  expect(await logs(), 'of an earlier release').not.toContain('no database')
  await processPlatform.stop(at('web1', { turn: 10 }), [])
})
