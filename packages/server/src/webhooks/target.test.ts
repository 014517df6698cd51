import type { LookupAddress } from 'node:dns'
import { promisify } from 'node:util'
import { isAtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { checkedLookup, checkUrl } from './target.ts'

const strict = { loopback: false }
const trying = { loopback: true }

const reason = (url: string, policy = strict) => {
  try {
    checkUrl(url, policy)
  } catch (error) {
    if (isAtlasError(error, 'webhook_refused')) return error.message
    throw error
  }
  return 'accepted'
}

test.each(['https://example.com/hook?a=1', 'https://93.184.216.34:8443/', 'https://[2606:4700::1111]/'])(
  '%s is accepted',
  (url) => expect(reason(url)).toBe('accepted'),
)

test.each([
  ['http://example.com/', 'http:// is not https'],
  ['ftp://example.com/', 'ftp:// is not https'],
  ['file:///etc/passwd', 'file:// is not https'],
  ['not a url', 'is not a URL'],
  ['https://user:word@example.com/', 'user name or password'],
  ['https://127.0.0.1/', 'this computer'],
  ['https://2130706433/', '127.0.0.1 is this computer'],
  ['https://0x7f.1/', '127.0.0.1 is this computer'],
  ['https://0177.0.0.1/', '127.0.0.1 is this computer'],
  ['https://169.254.169.254/latest/meta-data', 'link-local'],
  ['https://[::1]/', 'this computer'],
  ['https://[::ffff:169.254.169.254]/', 'link-local'],
  ['https://[::ffff:a9fe:a9fe]/', 'link-local'],
  ['https://[fe80::1]/', 'link-local'],
  ['https://１２７.0.0.1/', '127.0.0.1 is this computer'],
])('%s is refused', (url, why) => expect(reason(url)).toContain(why))

test('this computer is allowed where that is asked for, and only this one', () => {
  expect(reason('http://127.0.0.1:8080/', trying)).toBe('accepted')
  expect(reason('http://localhost:8080/', trying)).toBe('accepted')
  expect(reason('https://[::1]/', trying)).toBe('accepted')
  expect(reason('http://example.com/', trying)).toContain('is not https')
  expect(reason('https://10.0.0.1/', trying)).toContain('private')
})

test('a name that leads to this computer is refused when it is looked up', async () => {
  const lookup = (policy: typeof strict) =>
    promisify(
      checkedLookup(policy) as (
        host: string,
        options: object,
        done: (e: Error | null, a: LookupAddress[]) => void,
      ) => void,
    )
  await expect(lookup(strict)('localhost', { all: true })).rejects.toMatchObject({ code: 'webhook_refused' })
  expect(await lookup(trying)('localhost', { all: true })).not.toEqual([])
})
