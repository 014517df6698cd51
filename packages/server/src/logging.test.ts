import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLog, withoutSecrets } from './logging.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atlas-log-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a known secret is cut out of messages, errors, objects and URLs', () => {
  const secrets = new Set<string>()
  const log = openLog(folder, 'info', secrets)
  secrets.add('p"ss/w')
  log.info('connecting with p"ss/w')
  log.error({ err: new Error('postgresql://atlas:p%22ss%2Fw@host failed'), deep: { list: ['p"ss/w'] } }, 'failed')
  log.info({ headers: { authorization: 'Bearer never-seen-before' } }, 'request')
  const text = readFileSync(join(folder, 'server.log'), 'utf8')
  expect(text).not.toMatch(/ss\/w|ss%2Fw|never-seen-before/)
  expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4)
})

test('the file is for its owner alone', () => {
  openLog(folder, 'info', new Set()).info('hello')
  expect(statSync(join(folder, 'server.log')).mode & 0o777).toBe(0o600)
})

test('a large file is set aside at the next start', () => {
  writeFileSync(join(folder, 'server.log'), Buffer.alloc(17 * 1024 * 1024))
  openLog(folder, 'info', new Set()).info('fresh')
  expect(statSync(join(folder, 'server.log.1')).size).toBe(17 * 1024 * 1024)
  expect(statSync(join(folder, 'server.log')).size).toBeLessThan(500)
})

test('a text without secrets is left as it is', () => {
  expect(withoutSecrets('nothing here', ['secret'])).toBe('nothing here')
})
