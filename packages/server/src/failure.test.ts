import { PostgresError } from '@atlas/postgres'
import { expect, test } from 'vitest'
import { inOurWords } from './failure.ts'

test.each([
  [new PostgresError('folder_busy', 'held by 7', { hint: 'kill 7' }), 'data_folder_busy', 'kill 7'],
  [new PostgresError('binaries_missing', 'not installed', { hint: 'npm ci' }), 'database_unavailable', 'npm ci'],
  [Object.assign(new Error('write'), { code: 'ENOSPC' }), 'disk_full', 'free some space'],
  [Object.assign(new Error('listen'), { code: 'EADDRINUSE' }), 'config_invalid', '--port'],
  [Object.assign(new Error('mkdir'), { code: 'EACCES' }), 'config_invalid', '--data-dir'],
])('%s is %s', (error, code, hint) => {
  expect(inOurWords(error)).toMatchObject({ code, hint: expect.stringContaining(hint), message: error.message })
})

test('what nobody foresaw stays as it is', () => {
  const odd = new TypeError('odd')
  expect(inOurWords(odd)).toBe(odd)
})
