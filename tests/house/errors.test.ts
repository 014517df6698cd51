import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue, type ErrorCode } from '@atlas/core'
import { expect, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
const documented = [...page.matchAll(/^### (\w+)\n\nHTTP (\d+), exit (\d+)\./gm)].map(([, code, status, exit]) => ({
  code: code as ErrorCode,
  status: Number(status),
  exit: Number(exit),
}))

test('every error code is documented with its HTTP status and exit code, and no other', () => {
  const expected = Object.entries(catalogue).map(([code, { status, exit }]) => ({ code, status, exit }))
  const byCode = (a: { code: string }, b: { code: string }) => a.code.localeCompare(b.code)
  expect(documented.sort(byCode)).toEqual(expected.sort(byCode))
})

test('every heading of the page has its line of numbers', () => {
  expect(page.match(/^### /gm)?.length).toBe(documented.length)
})
