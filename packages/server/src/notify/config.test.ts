import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { readEmailConfig, typesOf } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'atlas-email-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'email_config.json')
const read = (text: string) => {
  writeFileSync(file, text)
  return readEmailConfig(file)
}
const good = { smtp: { host: 'mail.example.org' }, from: 'atlas@example.org', to: ['ops@example.org'] }

test('heartbeats are off unless they are named', () => {
  const config = read(JSON.stringify(good))
  expect(config).toMatchObject({ smtp: { port: 587, security: 'starttls' }, heartbeat_minutes: 15 })
  expect(typesOf(config)).not.toContain('server.heartbeat')
  expect(typesOf({ notify: ['heartbeats'] })).toEqual(['server.heartbeat'])
})

test.each([
  [
    'a key that nobody knows',
    '{\n  "smtp": {"host": "a"},\n  "form": "a@example.org"\n}',
    /email_config\.json:3:.* from/s,
  ],
  ['no JSON', '{', /email_config\.json:1/],
  [
    'mail in clear to another computer',
    JSON.stringify({ ...good, smtp: { host: 'a.org', security: 'none' } }),
    /in clear/,
  ],
])('%s is refused, with where', (_, text, message) => {
  let error: unknown
  try {
    read(text)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'config_invalid' })
  const { message: said, hint, problems } = error as Error & { hint: string; problems: unknown }
  expect([said, hint, JSON.stringify(problems)].join(' ')).toMatch(message)
})

test('what atlas init writes is accepted as it is', () => {
  const written = fileURLToPath(new URL('../../../cli/scaffold/config/email_config.json', import.meta.url))
  expect(typesOf(readEmailConfig(written))).toContain('deployment.failed')
})
