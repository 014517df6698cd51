import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alive, dataFolder, type ServerProcess, serverOf, startServer, stopServer } from './server.fixture.ts'

let folder: ReturnType<typeof dataFolder>
let running: ServerProcess[]

beforeEach(() => {
  folder = dataFolder()
  running = []
})
afterEach(async () => {
  await Promise.all(running.map(stopServer))
  folder.remove()
})

async function start(...how: Parameters<typeof startServer> extends [string, ...infer Rest] ? Rest : never) {
  const server = await startServer(folder.path, ...how)
  running.push(server)
  return server
}

/** Everything that works in the data folder, or was started on it. */
function processesOn(dataDir: string): string[] {
  const all = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  return all.filter((line) => line.includes(dataDir))
}

test('the ready line has no token, server.json has it and is for its owner alone', async () => {
  const { line } = await start()
  const server = serverOf(folder.path)
  expect(line).toMatchObject({ ready: true, url: server.url, pid: server.pid })
  expect(JSON.stringify(line)).not.toContain(server.token)
  expect(statSync(join(folder.path, 'server.json')).mode & 0o777).toBe(0o600)
})

test('SIGTERM leaves no process, no server.json and no lock; the next start has the same token', async () => {
  const first = await start()
  const { token } = serverOf(folder.path)
  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  expect(processesOn(folder.path)).toEqual([])
  expect(existsSync(join(folder.path, 'server.json'))).toBe(false)
  await start()
  expect(serverOf(folder.path).token).toBe(token)
})

test('kill -9 ends PostgreSQL and the sandbox too, and the stale server.json does not stop the next start', async () => {
  const first = await start()
  first.child.kill('SIGKILL')
  await first.ended
  const second = await start()
  expect(second.line).toMatchObject({ ready: true, pid: second.child.pid })
  expect(alive(first.line.sandbox!.pid)).toBe(false)
  expect(serverOf(folder.path).pid).toBe(second.child.pid)
})

test('a second start joins, and the first stays up for it after its own parent has gone', async () => {
  const first = await start()
  const guest = await start({ args: [] })
  expect(guest.line).toMatchObject({ ready: true, joined: true, pid: first.child.pid, url: first.line.url })
  const next = once(createInterface(first.child.stdout!), 'line')
  first.child.stdin!.end()
  expect(JSON.parse((await next)[0])).toEqual({ staying: true })
  expect((await fetch(`${first.line.url}/api/v1/health`)).status).toBe(200)
  await stopServer(guest)
  expect(await first.ended).toBe(0)
})

test('two starts at once: one serves, the other joins it', async () => {
  const both = await Promise.all([start(), start()])
  expect(both.map(({ line }) => line.joined ?? false).sort()).toEqual([false, true])
  expect(new Set(both.map(({ line }) => line.url)).size).toBe(1)
})

test('a second start for another cloud is refused, saying which', async () => {
  await start()
  const other = await start({ args: [], env: { DO_TOKEN: 'dop_v1_x', DIGITALOCEAN_API_URL: 'http://127.0.0.1:9' } })
  expect(other.line.error).toMatchObject({
    code: 'data_folder_busy',
    message: expect.stringContaining('serves sandbox, and this start is for http://127.0.0.1:9'),
    hint: expect.stringContaining('--data-dir'),
  })
  expect(await other.ended).toBe(7)
})

test('a wrong environment is refused before anything is made', async () => {
  const refused = await start({ env: { LOG_LEVEL: 'loud' } })
  expect(refused.line.error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('LOG_LEVEL') })
  expect(await refused.ended).toBe(2)
  expect(existsSync(folder.path)).toBe(false)
})

test('a PostgreSQL of one’s own serves as well', async () => {
  const first = await start()
  const cluster = JSON.parse(readFileSync(join(folder.path, 'postgres/cluster.json'), 'utf8')) as { password: string }
  const port = readFileSync(join(folder.path, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[3]
  const other = dataFolder()
  const url = `postgresql://atlas:${cluster.password}@127.0.0.1:${port}/postgres`
  const second = await startServer(other.path, { args: [], env: { DATABASE_URL: url } })
  try {
    expect(second.line).toMatchObject({ ready: true })
    expect(existsSync(join(other.path, 'postgres'))).toBe(false)
    expect(readFileSync(join(other.path, 'server.log'), 'utf8')).not.toContain(cluster.password)
  } finally {
    await stopServer(second)
    other.remove()
  }
  expect(first.child.exitCode).toBeNull()
})

test('a sandbox that dies is started again at the same address', async () => {
  const { line } = await start()
  const { url, pid } = line.sandbox!
  process.kill(pid, 'SIGKILL')
  const answers = async () => (await fetch(`${url}/v2/account`).catch(() => undefined))?.status
  await expect.poll(() => alive(pid)).toBe(false)
  await expect.poll(answers, { timeout: 10_000 }).toBe(401)
})
