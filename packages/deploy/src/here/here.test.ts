import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bringUp, digestOf, readReproduction } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-here-'))
const health = { path: '/health', interval_s: 0.1, timeout_s: 5, retries: 100 }
const backend = {
  name: 'backend',
  platform: 'process',
  path: 'backend',
  command: `"${process.execPath}" server.js`,
  env: { LOG: 'warn' },
  secrets: ['db_password'],
  health,
  drain_s: 0,
}
const server = `const { createServer } = require('node:http')
const { PORT, LOG, DB_PASSWORD, ATLAS_RELEASE } = process.env
if (LOG === 'broken') { console.log('no database'); process.exit(3) }
createServer((_, answer) => answer.end([LOG, DB_PASSWORD, ATLAS_RELEASE].join(' '))).listen(PORT, '127.0.0.1')
`

async function write(service: object) {
  const spec = {
    services: [service],
    running: { backend: { slot: 'a' } },
    ports: [{ service: 'backend', slot: 'a', port: 18_101 }],
  }
  mkdirSync(join(folder, 'source/backend'), { recursive: true })
  writeFileSync(join(folder, 'source/backend/server.js'), server)
  writeFileSync(join(folder, 'deployment.json'), JSON.stringify(spec))
  const paths = ['source/backend/server.js', 'deployment.json']
  const files = Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await digestOf(join(folder, path))])),
  )
  const manifest = { project: 'hostomatic', tag: 'v1', environment: 'uat', files }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
}

beforeAll(() => write(backend))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const said: string[] = []
const up = async (env: Record<string, string>) =>
  bringUp(await readReproduction(folder), { env, say: (line) => said.push(line), signal: AbortSignal.timeout(30_000) })

test('a release runs from its folder alone, with its variables, and secrets of whoever runs it', async () => {
  const { services, end } = await up({ UAT_DB_PASSWORD: 'of this computer' })
  const [{ name, url } = { name: '', url: '' }] = services
  expect(name).toBe('backend')
  expect(await (await fetch(url)).text()).toBe('warn of this computer v1')
  await end()
  await expect(fetch(url)).rejects.toThrow()
})

test('a port that another address of this computer has is left to it: services listen at all of them', async () => {
  const other = createServer().listen(18_101, '127.0.0.2')
  await once(other, 'listening')
  try {
    const { services, end } = await up({ UAT_DB_PASSWORD: 'of this computer' })
    await end()
    expect(services[0]?.url).not.toContain(':18101/')
  } finally {
    other.close()
  }
})

test('secrets that nobody gives are all named, and nothing is started', async () => {
  await expect(up({})).rejects.toMatchObject({
    code: 'secret_missing',
    message: expect.stringContaining('DB_PASSWORD'),
    hint: expect.stringContaining('DB_PASSWORD'),
  })
})

test('a service that ends at once is not waited for, and its last words are told', async () => {
  await write({ ...backend, env: { LOG: 'broken' } })
  await expect(up({ DB_PASSWORD: 'x' })).rejects.toMatchObject({
    code: 'unhealthy',
    message: expect.stringMatching(/backend did not become healthy: it ended with 3[\s\S]*no database/),
  })
  expect(said).toContain('backend | no database')
})

test('a folder that is not as it was written is refused, and says what differs', async () => {
  writeFileSync(join(folder, 'source/backend/server.js'), 'other()')
  await expect(readReproduction(folder)).rejects.toMatchObject({
    code: 'reproduction_changed',
    message: expect.stringContaining('source/backend/server.js differs'),
  })
  await expect(readReproduction(join(folder, 'source'))).rejects.toMatchObject({ code: 'not_found' })
})
