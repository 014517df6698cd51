import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { clientOf, recordsOnly, serverOfFile } from './server.fixture.ts'

const root = join(import.meta.dirname, '../../..')
const dataDir = serverOfFile(recordsOnly)
const run = promisify(execFile)

const testAtlas = (env: Record<string, string>) =>
  run(process.execPath, [join(root, 'test-atlas.js')], {
    cwd: dirname(dataDir),
    env: { PATH: process.env.PATH, ...env },
  })

test('test-atlas.js finds every endpoint working on a running server, and leaves nothing', async () => {
  const { stdout } = await testAtlas({ ATLAS_DATA_DIR: dataDir })
  expect(stdout.trim().split('\n').slice(-2)).toEqual([
    'All endpoints working, cost estimation, validation.',
    '14 passed, 0 failed',
  ])
  const left = await clientOf(dataDir).infrastructures()
  expect(left.map(({ status, resource_count }) => [status, resource_count])).toEqual([['destroyed', 0]])
}, 60_000)

test('it fails where something is wrong, and says what was expected', async () => {
  const { url } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { url: string }
  await expect(testAtlas({ ATLAS_URL: url, ATLAS_TOKEN: 'atlas_nobody' })).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('FAIL GET /providers: expected 200, found 401'),
  })
})

test('without a server it says how to start one', async () => {
  await expect(testAtlas({ ATLAS_DATA_DIR: '/nowhere' })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('npm run demo'),
  })
})

test('docs/requirement-5.md points at what is there', () => {
  const page = readFileSync(join(root, 'docs/requirement-5.md'), 'utf8')
  for (const [, link] of page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
    expect(existsSync(join(root, 'docs', link!)), link).toBe(true)
  for (const [, path] of page.matchAll(/`((?:packages|tests)\/[\w./-]+)`/g))
    expect(existsSync(join(root, path!)), path).toBe(true)
})
