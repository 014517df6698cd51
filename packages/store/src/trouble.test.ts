import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { explain, mayPass, untilTaken } from './trouble.ts'

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code })

test.each(['53100', 'ENOSPC'])('%s is a full disk, in words', (code) => {
  const error = explain(withCode(code, 'could not extend file'))
  expect(error).toMatchObject({ code: 'disk_full', message: expect.stringContaining('could not extend file') })
  expect((error as AtlasError).hint).toContain('Free some space')
})

test.each([
  withCode('57P01', 'terminating connection due to administrator command'),
  withCode('57P03', 'the database system is starting up'),
  withCode('08006'),
  withCode('ECONNREFUSED'),
  new Error('Connection terminated unexpectedly'),
])('$message: the database is away', (error) => {
  expect(explain(error)).toMatchObject({ code: 'database_unavailable' })
})

test('a wrong password is not trouble that passes', () => {
  const error = explain(withCode('28P01', 'password authentication failed for user "atlas"'))
  expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('password') })
  expect(mayPass(error)).toBe(false)
})

test('an error of ours or of nobody stays what it is', () => {
  const own = new AtlasError('fenced', 'x')
  expect(explain(own)).toBe(own)
  const syntax = withCode('42601')
  expect(explain(syntax)).toBe(syntax)
  expect(mayPass(syntax)).toBe(false)
})

test('a write is repeated until the database takes it, and trouble is told once', async () => {
  let tries = 0
  const troubles: unknown[] = []
  const write = async () => {
    tries += 1
    if (tries < 3) throw withCode('ECONNREFUSED')
    return 'taken'
  }
  expect(await untilTaken(write, (error) => troubles.push(error))).toBe('taken')
  expect(troubles).toHaveLength(1)
})

test('what will not pass is not repeated', async () => {
  await expect(
    untilTaken(
      () => Promise.reject(new AtlasError('fenced', 'x')),
      () => {},
    ),
  ).rejects.toThrow('x')
})
