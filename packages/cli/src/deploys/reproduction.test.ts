import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { takesFrom } from './deploy.ts'
import { refuseNonEmpty, writeReproduction } from './reproduction.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-reproduction-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const release = {
  project: 'hostomatic',
  tag: 'v1.2.3-uat-20241215-1430',
  version: '1.2.3',
  url: 'https://example.org/hostomatic.git',
  ref: 'main',
  commit: 'c'.repeat(40),
  tree: 'd'.repeat(40),
  base: null,
  dirty: false,
  images: {},
  created_at: '2024-12-15T14:30:00Z',
  served_in: ['uat'],
}
const deployment = {
  operation: 'one',
  kind: 'deploy',
  environment: 'uat',
  infrastructure: 'fleet',
  plan_hash: 'e'.repeat(64),
  environment_version: 'f'.repeat(64),
  served_at: null,
  spec: {
    services: [{ name: 'backend', env: { LOG: 'warn' }, image: 'sha256:abc' }],
    running: { backend: { secrets: { db_password: 'v7' } } },
  },
  proxy: { 'sites/hostomatic.uat.conf': 'location / {}\n' },
  infrastructure_spec: { name: 'fleet' },
}

test('a reproduction has source, records and rendered files, and the manifest the hash of each', async () => {
  const tree = join(folder, 'tree')
  mkdirSync(tree)
  writeFileSync(join(tree, 'server.js'), 'serve()\n')
  const tar = execFileSync('tar', ['-c', '-C', tree, '.'])
  const out = join(folder, 'out')
  await writeReproduction(out, { release }, deployment, new Blob([new Uint8Array(tar)]).stream())

  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
  expect(Object.keys(manifest.files).sort()).toEqual([
    'README.md',
    'deployment.json',
    'environment.json',
    'infrastructure.json',
    'proxy/sites/hostomatic.uat.conf',
    'source/server.js',
  ])
  expect(manifest.files['source/server.js']).toBe(createHash('sha256').update('serve()\n').digest('hex'))
  expect(JSON.parse(readFileSync(join(out, 'environment.json'), 'utf8'))).toEqual({
    backend: { variables: { LOG: 'warn' }, secrets: { db_password: 'v7' } },
  })
  expect(() => refuseNonEmpty(out)).toThrow('has something in it already')
  expect(() => refuseNonEmpty(join(folder, 'none'))).not.toThrow()
})

test.each([
  ['{}', 'prod', 'uat'],
  ['{}', 'uat', undefined],
  ['{"projects":{"hostomatic":{"promotion":["test","uat","prod"]}}}', 'uat', 'test'],
  ['{ broken', 'prod', 'uat'],
])('by the configuration %s, %s takes what served %s', (config, environment, before) => {
  expect(takesFrom(config, 'hostomatic', environment)).toBe(before)
})

test('a source that breaks off says so, and nothing else is thrown', async () => {
  const source = new ReadableStream({ start: (controller) => controller.error(new Error('the connection broke')) })
  const broken = mkdtempSync(join(tmpdir(), 'atlas-reproduction-'))
  const written = writeReproduction(broken, {} as never, {} as never, source)
  await expect(written.finally(() => rmSync(broken, { recursive: true }))).rejects.toThrow('the connection broke')
})
