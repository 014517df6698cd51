import { AtlasError } from '@atlas/core'
import { expect, test } from 'vitest'
import { redacted, withoutSecrets } from './redact.ts'

test.each([
  ['as it is', 'password is ge/heim', 'password is [secret]'],
  ['in a URL', 'postgres://app:ge%2Fheim@db', 'postgres://app:[secret]@db'],
  ['in base64', `auth ${Buffer.from('ge/heim').toString('base64')}`, 'auth [secret]'],
  ['not at all', 'nothing to hide', 'nothing to hide'],
])('a secret is taken out where it is printed %s', (_, text, shown) => {
  expect(redacted(text, ['ge/heim', ''])).toBe(shown)
})

test('the lines of a key are taken out one by one, its short ones stay', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nab\n'
  expect(redacted('bad line MIIEvQIBADANBgkq in ab', [key])).toBe('bad line [secret] in ab')
})

test('of two secrets, one in the other, the whole longer one is taken out', () => {
  expect(redacted('it is geheimnis', ['geheim', 'geheimnis'])).toBe('it is [secret]')
})

test('what a machine says of a failure is told without secrets, and not at all where nobody knows them', async () => {
  const fail = () => Promise.reject(new AtlasError('machine_refused', 'sh: ge"heim: not found', { hint: 'look' }))
  const told = (secretsOf: () => string[]) =>
    withoutSecrets(secretsOf, fail).catch(({ code, message, hint }) => [code, message, hint])
  expect(await told(() => ['ge"heim'])).toEqual(['machine_refused', 'sh: [secret]: not found', 'look'])
  const unknown = await told(() => {
    throw new Error('Vault does not answer')
  })
  expect(unknown).toEqual(['machine_refused', expect.stringContaining('is not shown'), 'look'])
})
